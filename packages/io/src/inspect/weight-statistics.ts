// What the values of a stored weight are like, in one pass for each of the two things that need all values. They are not kept.
import { numbersOf, type AnyHostTensor } from '@lamella/program';

/** The values of a weight in a few numbers. Those that are not finite are counted, and left out of everything else. */
export interface WeightStatistics {
  readonly count: number;
  readonly notFinite: number;
  readonly zeros: number;
  /** NaN, as the mean and the deviation, where no value is finite. */
  readonly least: number;
  readonly most: number;
  readonly mean: number;
  /** The standard deviation. */
  readonly deviation: number;
  /** How many values lie in each of equal parts of the range from the least to the most. */
  readonly histogram: readonly number[];
}

const parts = 30;

/** The statistics of numbers; undefined for strings, complex numbers and no numbers. */
export function weightStatistics({ data, dtype }: AnyHostTensor): WeightStatistics | undefined {
  if (dtype === 'string' || dtype === 'complex64' || data.length === 0) return undefined;
  const values = numbersOf(data, dtype);
  let [count, zeros, least, most, mean, squares] = [0, 0, Infinity, -Infinity, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    count++;
    if (value === 0) zeros++;
    if (value < least) least = value;
    if (value > most) most = value;
    // Welford's method: sums of squares of large numbers would cancel.
    const difference = value - mean;
    mean += difference / count;
    squares += difference * (value - mean);
  }
  const notFinite = values.length - count;
  const none = { least: NaN, most: NaN, mean: NaN, deviation: NaN, histogram: [] };
  if (count === 0) return { count: values.length, notFinite, zeros, ...none };
  return {
    count: values.length,
    notFinite,
    zeros,
    least,
    most,
    mean,
    deviation: Math.sqrt(squares / count),
    histogram: histogramOf(values, least, most),
  };
}

function histogramOf(values: ArrayLike<number>, least: number, most: number): number[] {
  const counts = Array.from({ length: parts }, () => 0);
  // By halves: the difference of two large numbers may be no number.
  const width = most / 2 - least / 2;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    const part = width > 0 ? Math.floor(((value / 2 - least / 2) / width) * parts) : parts >> 1;
    counts[Math.min(part, parts - 1)]!++;
  }
  return counts;
}
