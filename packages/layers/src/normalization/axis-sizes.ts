// The sizes on the axes that a layer normalizes along: known when it is built, and the same ever after.
import { formatShape, isConcrete, sameShape, shapeMismatch, type SymbolicShape } from '@lamella/program';
import { axesOf } from '../options/axes.js';

/** The sizes on `axis`, or axes. Throws: OPTION_INVALID, SHAPE_MISMATCH. */
export function knownSizes(
  subject: string,
  axis: readonly number[],
  shape: SymbolicShape,
): readonly number[] {
  const sizes = axesOf(subject, 'axis', axis, shape).map((each) => shape[each] ?? null);
  if (isConcrete(sizes)) return sizes;
  throw shapeMismatch(
    subject,
    `expected known sizes on axis ${formatShape(axis)}, got ${formatShape(shape)}`,
    'give input() the sizes of those axes',
  );
}

/** The axes, counted from the start, of an input that has the sizes for which the layer was built. Throws: SHAPE_MISMATCH. */
export function axesOfSizes(
  subject: string,
  axis: readonly number[],
  sizes: readonly number[],
  shape: readonly number[],
): number[] {
  const axes = axesOf(subject, 'axis', axis, shape);
  const given = axes.map((each) => shape[each]!);
  if (sameShape(given, sizes)) return axes;
  throw shapeMismatch(
    subject,
    `expected ${formatShape(sizes)} on axis ${formatShape(axis)}, as it was built for, got ${formatShape(given)} (input ${formatShape(shape)})`,
  );
}
