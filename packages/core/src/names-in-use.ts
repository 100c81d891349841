// Which composition's names an option means while an object is being made. A bare `dense()` knows what its package knows; the
// `dense()` of a composition knows the composition's names too, because it makes the layer in here.
import type { Catalog } from './catalog.js';

let inUse: Catalog | undefined;
let shared: Catalog | undefined;

/** The names that objects made now may use, beside their package's own. */
export function namesInUse(): Catalog | undefined {
  return inUse ?? shared;
}

/** Makes something with a composition's names. */
export function withNames<T>(catalog: Catalog, make: () => T): T {
  const before = inUse;
  inUse = catalog;
  try {
    return make();
  } finally {
    inUse = before;
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
  shared = catalog;
}
