// Options in files that an object does not keep: it computes something else than was saved, and would be saved without them.
// Not here: options of Keras that change nothing here, which reading passes over (read-object.ts).
import {
  isSerializable,
  packageOf,
  type Config,
  type ConfigValue,
  type SerializableClass,
} from '@lamella/core';
import { fileInvalid } from '../errors.js';
import { kerasOption } from './names.js';

/** What Keras writes for every object, and not every object has. */
const common: ReadonlySet<string> = new Set(['name', 'trainable', 'dtype']);

/** What Keras' own base classes write for classes of others, at its default. */
const defaults: Readonly<Record<string, ConfigValue>> = { autocast: true };

/** Throws: FILE_INVALID. `config` is what `made` was made of. */
export function checkKept(file: string, made: unknown, config: Config, found: SerializableClass): void {
  // A class that reads a form of its own says itself what it does not know.
  if (!isSerializable(made) || found.fromConfig !== undefined) return;
  // Configs leave out some options at their defaults.
  const known = { ...made.getConfig(), ...found.options };
  const fixed = { ...defaults, ...found.fileFacts?.fixedOptions };
  const isForeign = packageOf(found.className) !== undefined;
  for (const [option, value] of Object.entries(config)) {
    const name = isForeign ? option : kerasOption(option);
    if (Object.hasOwn(known, option) || common.has(option) || isOff(value) || fixed[name] === value) continue;
    throw fileInvalid(
      file,
      `${(made as { label?: string }).label ?? found.className} knows no option ${name}, which is ${JSON.stringify(value)} there`,
      'save the model without it, or load it with a version of the class that has it',
    );
  }
}

/** An option that is off changes nothing where it does not exist. */
function isOff(value: ConfigValue): boolean {
  return value === null || value === undefined || value === false;
}
