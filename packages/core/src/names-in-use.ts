// Which composition's names an option means while an object is being made. A bare `dense()` knows what its package knows; the
// `dense()` of a composition knows the composition's names too, because it makes the layer in here.
import { sharedState } from '@lamella/program';
import type { Catalog } from './catalog.js';

interface NamesInUse {
  /** Those of the composition that makes something now. */
  current?: Catalog | undefined;
  /** Those of the application's one composition. */
  shared?: Catalog;
}

const names = sharedState('names in use', (): NamesInUse => ({}));

/** The names that objects made now may use, beside their package's own. */
export function namesInUse(): Catalog | undefined {
  return names().current ?? names().shared;
}

/** Makes something with a composition's names. */
export function withNames<T>(catalog: Catalog, make: () => T): T {
  const inUse = names();
  const before = inUse.current;
  inUse.current = catalog;
  try {
    return make();
  } finally {
    inUse.current = before;
  }
}

/** The same functions, with a composition's names. */
export function bindNames<F extends Readonly<Record<string, unknown>>>(catalog: Catalog, functions: F): F {
  const bound = Object.entries(functions).map(([name, fn]) => [
    name,
    (...args: unknown[]) => withNames(catalog, () => (fn as (...given: unknown[]) => unknown)(...args)),
  ]);
  return Object.fromEntries(bound) as F;
}

/** From now on, objects made outside any composition may use these names: for an application that has one composition. */
export function shareNames(catalog: Catalog): void {
  names().shared = catalog;
}
