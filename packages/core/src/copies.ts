// Telling copies of this package in one process apart. Those of one plugin API share what counts names, seeds and running layers
// (sharedState of @lamella/program), and what they make works together; those of another must not meet in one graph.
import { describeCopyOf, pluginApi } from '@lamella/program';
import { packageDuplicated } from './errors.js';

const brand = Symbol.for('lamella.core.copy');

interface Copy {
  readonly url: string;
  readonly pluginApi: number;
}

/** This copy, and where it was loaded from. */
const thisCopy: Copy = { url: import.meta.url, pluginApi };

/** Marks `target` (an object, or a class and what inherits from it) as made by this copy. */
export function markCopy(target: object): void {
  Object.defineProperty(target, brand, { value: thisCopy });
}

/** Which copy made `value`, and which asks: versions, places and plugin APIs; undefined where that is not known. */
export function bothCopies(value: object): string | undefined {
  const maker = (value as { readonly [brand]?: Copy })[brand];
  return maker && `made with ${describeCopyOf(maker)}; in use is ${describeCopyOf(thisCopy)}`;
}

/** Throws: PACKAGE_DUPLICATED when a copy of this package that has another plugin API made `value`. */
export function checkCopy(subject: string, value: unknown): void {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || !(brand in value))
    return;
  const other = (value as Record<symbol, Copy>)[brand]!;
  if (other.pluginApi !== pluginApi) throw packageDuplicated(subject, [thisCopy, other].map(describeCopyOf));
}
