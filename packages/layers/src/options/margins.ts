// Elements before and behind each dimension of a sequence, an image or a volume, as layers that pad or crop are told them.
import { option, optionInvalid, type Option } from '@lamella/core';
import { windowAxes, type DataFormat } from './spatial.js';

/** How many elements before and behind. */
export type Margin = readonly [before: number, behind: number];

/** One number for all ends, or for each dimension a number or a pair; a sequence takes a pair alone. */
export type MarginsOption = number | readonly (number | Margin)[];

/** A margin for each of the owner's `dimensions`. Throws: OPTION_INVALID. */
export function marginsOption(fallback: number): Option<MarginsOption, readonly Margin[], false> {
  return option<MarginsOption, readonly Margin[]>({
    check: (subject, name, given, owner) =>
      marginsOf(subject, name, given, (owner as { readonly dimensions: number }).dimensions),
    default: fallback,
    write: (kept) => (kept.length === 1 ? kept[0]! : kept),
  });
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

function marginOf(value: unknown): Margin | undefined {
  if (isCount(value)) return [value, value];
  return Array.isArray(value) && value.length === 2 && value.every(isCount)
    ? [value[0]!, value[1]!]
    : undefined;
}

function marginsOf(subject: string, name: string, value: unknown, dimensions: number): readonly Margin[] {
  const given: unknown = isCount(value) ? Array<number>(dimensions).fill(value) : value;
  const each = dimensions === 1 && Array.isArray(given) && given.length === 2 ? [given] : given;
  const margins = Array.isArray(each) && each.length === dimensions ? each.map(marginOf) : [undefined];
  if (margins.every((margin) => margin !== undefined)) return margins;
  const expected =
    dimensions === 1
      ? 'an integer that is not negative, or a pair of them'
      : `an integer that is not negative, or a list of ${dimensions}, each such an integer or a pair of them`;
  throw optionInvalid(subject, name, expected, value);
}

/** The margins of all axes of a tensor: none but in its dimensions. */
export function marginsOfAxes(rank: number, format: DataFormat, margins: readonly Margin[]): Margin[] {
  const [first] = windowAxes(format, margins.length) as [number];
  return Array.from({ length: rank }, (_, axis) => margins[axis - first] ?? [0, 0]);
}
