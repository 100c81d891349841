// What compile() was given, saved with a model and loaded again.
import type { Backend, Plugin, Serializable } from '@lamella/core';
import { dense } from '@lamella/layers';
import type { CompileOptions, Model } from '@lamella/training';
import { assertSame } from './assertions.js';
import { floats } from './kernel-case.js';
import { know, knownOf, type Known } from './known.js';
import { labelOf, textOf } from './through-config.js';

/** The formats that hold what compile() was given. */
export const compiledFiles = ['model.keras', 'model.h5'];

/** A model of one dense layer, each time with the same weights. */
export function smallModel({ sequential }: Known): Model {
  const model = sequential([dense({ units: 2, name: 'units' })], { inputShape: [3] });
  model.setWeights([floats([3, 2], -1, 1), floats([2], -0.5, 0.5)]);
  return model as unknown as Model;
}

/** A composition that knows `object`'s class. */
export async function knowing(
  object: Serializable,
  plugins: readonly Plugin[],
  backend: Backend,
): Promise<Known> {
  const known = await knownOf(plugins, backend);
  know(known, object);
  return known;
}

/**
 * Compiles a model with `object`, saves and loads it: through each format what comes back must have the same config. Then by
 * the name of its class and its config, as compile() takes it.
 */
export async function survivesCompile(
  object: Serializable,
  plugins: readonly Plugin[],
  backend: Backend,
  optionsFor: (given: unknown) => CompileOptions,
  found: (model: Model) => unknown,
): Promise<void> {
  const known = await knowing(object, plugins, backend);
  const { className } = object;
  const text = textOf(object);
  const assertFound = (model: Model, way: string): void => {
    const again = found(model) as Serializable | undefined;
    assertSame(again?.constructor, object.constructor, `the class after ${way}`);
    assertSame(textOf(again!), text, `the config of ${labelOf(object)} after ${way}`);
  };
  for (const file of compiledFiles) {
    const model = smallModel(known);
    model.compile(optionsFor(object));
    assertFound((await known.loadModel(await known.encodeModel(model, file))) as unknown as Model, file);
  }
  const named = smallModel(known);
  named.compile(optionsFor({ className, config: object.getConfig() }));
  assertSame(found(named) === undefined, false, `compile() with the name "${className}" has found nothing`);
}
