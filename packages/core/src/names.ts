// Keras' automatic names: the class name in snake_case, and a number from the second on.
import { sharedState } from '@lamella/program';
import type { Serializable, SerializableClass } from './config.js';

const counters = sharedState('names', () => new Map<string, number>());

/** Keras' snake_case of a class name: `ReLU` is `re_lu`, `MaxPooling2D` is `max_pooling2d`. */
export function snakeCaseClass(className: string): string {
  return className
    .replace(/^.*>/, '')
    .replace(/\W/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}

/** The package that a class or function names: `acme` of `acme>Mish`; undefined for Keras' own. */
export function packageOf(name: string): string | undefined {
  const end = name.indexOf('>');
  return end < 0 ? undefined : name.slice(0, end);
}

/** What Python calls the class of an object. */
export function pythonName(object: Serializable): string {
  return (object.constructor as unknown as SerializableClass).fileFacts?.pythonName ?? object.className;
}

/** The next free automatic name with this prefix: `dense`, `dense_1`, ... */
export function uniqueName(prefix: string): string {
  const count = counters().get(prefix) ?? 0;
  counters().set(prefix, count + 1);
  return count === 0 ? prefix : `${prefix}_${count}`;
}

/** Makes something to look at and throw away: the automatic names that it takes are free again. */
export function keepingNames<T>(make: () => T): T {
  const before = [...counters()];
  try {
    return make();
  } finally {
    counters().clear();
    for (const [prefix, count] of before) counters().set(prefix, count);
  }
}

/** Starts all automatic names again, as Keras' `clear_session` does. */
export function clearNames(): void {
  counters().clear();
}
