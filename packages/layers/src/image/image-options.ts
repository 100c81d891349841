// The kinds of options that layers of images have: shares of a range, ranges of values, and what stands outside of an image.
import {
  choiceOption,
  numberOption,
  option,
  optionInvalid,
  optionKind,
  orNull,
  type Option,
} from '@lamella/core';

/** How a value between pixels is found: the nearest one, or a weighted sum of the four around. */
export type PixelInterpolation = 'nearest' | 'bilinear';

/** What stands outside of an image: one value, the edge, the image again, or the image mirrored. */
export type FillMode = 'constant' | 'nearest' | 'wrap' | 'reflect';

/** A number, or the two between which one is drawn. */
export type Factor = number | readonly [number, number];

/** The two numbers between which one is drawn. */
export type Range = readonly [number, number];

function pairOf(subject: string, name: string, given: unknown, expected: string): Range {
  if (Array.isArray(given) && given.length === 2 && given.every(Number.isFinite))
    return [Math.min(...given), Math.max(...given)];
  throw optionInvalid(subject, name, expected, given);
}

/**
 * How much, as a range: a number f is [-f, f], or from the lowest value that there may be. Kept and written as the range.
 * As in Keras, one end of a given range may be beyond the bounds.
 */
export function factorOption(low: number, high: number): Option<Factor, Range, true>;
export function factorOption(low: number, high: number, fallback: Factor): Option<Factor, Range, false>;
export function factorOption(low: number, high: number, ...fallback: Factor[]): Option<Factor, Range> {
  const expected = `a number from ${low} to ${high}, or two of them`;
  const check = (subject: string, name: string, given: unknown): Range => {
    const within = (value: number): boolean => value >= low && value <= high;
    if (typeof given === 'number') {
      if (!within(given)) throw optionInvalid(subject, name, expected, given);
      return [Math.max(-Math.abs(given), low), Math.abs(given)];
    }
    const [from, to] = pairOf(subject, name, given, expected);
    if (from > high || to < low) throw optionInvalid(subject, name, expected, given);
    return [from, to];
  };
  return fallback.length === 0
    ? option<Factor, Range>({ check })
    : option<Factor, Range>({ check, default: fallback[0]! });
}

/** A share, kept and written as it is given; {@link rangeOf} says what range it is. */
export function shareOption(low: number): Option<Factor, Factor, true>;
export function shareOption(low: number, fallback: Factor): Option<Factor, Factor, false>;
export function shareOption(low: number, ...fallback: Factor[]): Option<Factor, Factor> {
  const check = (subject: string, name: string, given: unknown): Factor => {
    const expected = `a number ${low === 0 ? 'from 0' : low === -1 ? 'from -1' : 'above -1'} to 1, or two of them`;
    const numbers = Array.isArray(given) ? (given as unknown[]) : [given];
    if (!numbers.every((one) => Number.isFinite(one) && (one as number) >= low && (one as number) <= 1))
      throw optionInvalid(subject, name, expected, given);
    return Array.isArray(given) ? pairOf(subject, name, given, expected) : (given as number);
  };
  return fallback.length === 0 ? option<Factor>({ check }) : option<Factor>({ check, default: fallback[0]! });
}

/** The range of a share: a number f is [-f, f]. */
export function rangeOf(factor: Factor): Range {
  return typeof factor === 'number' ? [-Math.abs(factor), Math.abs(factor)] : factor;
}

/** The lowest and the highest value of a pixel; by default those of bytes. */
export function valueRangeOption(): Option<Range, Range, false> {
  return option<Range>({
    check: (subject, name, given) => {
      const range = pairOf(subject, name, given, 'two numbers');
      if (range[0] < range[1]) return range;
      throw optionInvalid(subject, name, 'two different numbers', given);
    },
    default: [0, 255],
  });
}

/** How a value between pixels is found; by default from the four around. */
export function pixelsOption(): Option<PixelInterpolation, PixelInterpolation, false> {
  return choiceOption<PixelInterpolation>(['bilinear', 'nearest'], 'bilinear');
}

/** What stands outside of an image; by default the image mirrored. */
export function fillModeOption(): Option<FillMode, FillMode, false> {
  return choiceOption<FillMode>(['reflect', 'wrap', 'constant', 'nearest'], 'reflect');
}

/** What `constant` fills with. Default 0. */
export const fillValueOption = optionKind<number>({
  check: (subject, name, given) => numberOption.check(subject, name, given),
  isFloat: true,
});

/** A factor or null, which is the default. */
export function optionalFactorOption(): Option<Factor | null, Factor | null, false> {
  const check = (subject: string, name: string, given: unknown): Factor =>
    typeof given === 'number'
      ? numberOption.check(subject, name, given)
      : pairOf(subject, name, given, 'a number, or two of them');
  return orNull(option<Factor>({ check }));
}

/** How far a filter reaches: an odd number, or two of them, first along the width. Default 3. */
export function kernelSizeOption(): Option<Factor, Range, false> {
  return option<Factor, Range>({
    check: (subject, name, given) => {
      const sizes: unknown[] = Array.isArray(given) ? given : [given, given];
      if (
        sizes.length === 2 &&
        sizes.every((size) => Number.isSafeInteger(size) && (size as number) % 2 === 1)
      )
        return sizes as unknown as Range;
      throw optionInvalid(subject, name, 'an odd number, or two of them', given);
    },
    default: 3,
  });
}

/** A number, one for each of three channels, or null, which is the default. */
export function eraseWithOption(): Option<
  number | readonly number[] | null,
  number | readonly number[] | null,
  false
> {
  const check = (subject: string, name: string, given: unknown): number | readonly number[] => {
    if (Number.isFinite(given)) return given as number;
    if (Array.isArray(given) && given.length === 3 && given.every(Number.isFinite)) return given as number[];
    throw optionInvalid(subject, name, 'a number, or three of them', given);
  };
  return orNull(option<number | readonly number[]>({ check }));
}
