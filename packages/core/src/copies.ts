// Telling this copy of the package from another one in the same process. Objects of two copies look alike, but each copy
// counts names, seeds and running layers for itself, so they must not meet in one graph.
import { describeCopy } from '@lamella/program';
import { packageDuplicated } from './errors.js';

const brand = Symbol.for('lamella.core.copy');

/** Where this copy was loaded from. */
const thisCopy = import.meta.url;

/** Marks `target` (an object, or a class and what inherits from it) as made by this copy. */
export function markCopy(target: object): void {
  Object.defineProperty(target, brand, { value: thisCopy });
}

/** Throws: PACKAGE_DUPLICATED when another copy of this package made `value`. */
export function checkCopy(subject: string, value: unknown): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || !(brand in value))
    return;
  const other = (value as Record<symbol, unknown>)[brand];
  if (other !== thisCopy) throw packageDuplicated(subject, [thisCopy, String(other)].map(describeCopy));
}
