// An object made again from its config, as text and back: with all options that it was given, and nothing changed.
import {
  fromConfig,
  type Config,
  type Plugin,
  type Serializable,
  type SerializableClass,
} from '@lamella/core';
import { assertSame } from './assertions.js';
import { configFromText, configToText } from './config-text.js';
import { knownOf } from './known.js';

/** What an object says of itself in errors. */
export function labelOf(object: Serializable & { readonly label?: string }): string {
  return object.label ?? object.className;
}

/** The config of an object as text. Throws for what no file could hold. */
export function textOf(object: Serializable): string {
  return configToText(object.getConfig(), labelOf(object));
}

/**
 * The object that another one's config makes. `options` are those that the other was given.
 * Throws where its config lacks one of them, or its name, or says something else after the round trip.
 */
export async function throughConfig<T extends Serializable>(
  object: T,
  options: unknown,
  plugins: readonly Plugin[],
): Promise<T> {
  const config: Config = object.getConfig();
  const { name } = object as { readonly name?: string };
  for (const [option, value] of Object.entries((options ?? {}) as object)) {
    if (value !== undefined && value !== null && option !== 'dtype' && !Object.hasOwn(config, option))
      throw new Error(`getConfig() lacks the option "${option}" that ${labelOf(object)} was given`);
  }
  if (name !== undefined && config['name'] !== name)
    throw new Error(
      `getConfig() gives the name ${JSON.stringify(config['name'])}, and it is called "${name}": return { ...super.getConfig(), ... }`,
    );
  const text = textOf(object);
  const { catalog } = await knownOf(plugins);
  const made = object.constructor as unknown as SerializableClass<T>;
  const again = fromConfig(made, configFromText(text, catalog));
  assertSame(again.className, object.className, 'class name');
  assertSame(textOf(again), text, 'the config after a round trip');
  return again;
}
