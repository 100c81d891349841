// Axes as options: negative ones count from the end, and each must be one that the input has.
import { integerOption, optionInvalid, optionKind } from '@lamella/core';
import { formatShape, type SymbolicShape } from '@lamella/program';

/** An axis, or a list of them, as it was given. */
function axisOrList(subject: string, option: string, value: unknown): number | readonly number[] {
  if (!Array.isArray(value)) return integerOption.check(subject, option, value);
  if (value.length === 0) throw optionInvalid(subject, option, 'at least one axis', value);
  return value.map((axis) => integerOption.check(subject, option, axis));
}

/** Axes as a list, one or several. Throws: OPTION_INVALID. */
export function axisList(subject: string, option: string, value: unknown): readonly number[] {
  const axes = axisOrList(subject, option, value);
  return typeof axes === 'number' ? [axes] : axes;
}

/** An axis, or several. */
export const axesOption = optionKind<number | readonly number[]>({ check: axisOrList });

/** An axis, or several in ascending order, kept as a list, as Keras' normalizations keep it. */
export const sortedAxesOption = optionKind<number | readonly number[], readonly number[]>({
  check: (subject, option, value) => [...axisList(subject, option, value)].sort((a, b) => a - b),
});

/** The axis counted from the start. Throws: OPTION_INVALID when the shape has no such axis. */
export function axisOf(subject: string, option: string, axis: number, shape: SymbolicShape): number {
  const found = axis < 0 ? axis + shape.length : axis;
  if (found >= 0 && found < shape.length) return found;
  throw optionInvalid(subject, option, `an axis of ${formatShape(shape)}`, axis);
}

/** Distinct axes counted from the start, in ascending order. */
export function axesOf(
  subject: string,
  option: string,
  axes: number | readonly number[],
  shape: SymbolicShape,
): number[] {
  const list = typeof axes === 'number' ? [axes] : axes;
  const found = [...new Set(list.map((axis) => axisOf(subject, option, axis, shape)))].sort((a, b) => a - b);
  if (found.length < list.length) throw optionInvalid(subject, option, 'axes that differ', axes);
  return found;
}
