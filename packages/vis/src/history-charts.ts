// What charts of a training show: a chart a metric, of what was measured while training and in validation. Drawing is others'.
import { dataInvalid } from '@lamella/core';

/** Values by name, one an epoch: what fit() returns, or its `history`. */
export type HistoryLike =
  | { readonly history: Readonly<Record<string, readonly number[]>>; readonly epoch?: readonly number[] }
  | Readonly<Record<string, readonly number[]>>;

/** The values of one chart at the epochs. */
export interface Series {
  /** As the history calls it, e.g. `val_loss`. */
  readonly name: string;
  readonly isValidation: boolean;
  /** At which of the epochs, counted from 0, each value was measured. */
  readonly epochs: readonly number[];
  readonly values: readonly number[];
}

/** A metric over the epochs. */
export interface Chart {
  readonly name: string;
  readonly series: readonly Series[];
  /** How many epochs there are. */
  readonly epochs: number;
  /** The number of the first epoch, from 1. */
  readonly firstEpoch: number;
  /** The range of the finite values; undefined where none is. */
  readonly range: { readonly least: number; readonly most: number } | undefined;
}

const validation = /^val_/;

/** A chart for each metric, in the order of the history. Throws: DATA_INVALID. */
export function historyCharts(subject: string, given: HistoryLike, metrics?: readonly string[]): Chart[] {
  const { history, epoch } = partsOf(subject, given);
  const names = Object.keys(history);
  for (const name of metrics ?? [])
    if (!names.includes(name) && !names.includes(`val_${name}`))
      throw dataInvalid(
        subject,
        `the history has no "${name}"`,
        `name some of ${names.slice(0, 5).join(', ')}`,
      );
  const wanted = metrics ?? [...new Set(names.map((name) => name.replace(validation, '')))];
  const epochs = Math.max(epoch?.length ?? 0, ...names.map((name) => history[name]!.length));
  return wanted.map((metric) => {
    const own = names.filter((name) => name === metric || name === `val_${metric}`);
    const series = own.map((name) => ({
      name,
      isValidation: validation.test(name),
      epochs: placesOf(history[name]!.length, epochs),
      values: history[name]!,
    }));
    const finite = series.flatMap(({ values }) => values.filter(Number.isFinite));
    const [least, most] = finite.reduce(
      ([low, high], value) => [Math.min(low, value), Math.max(high, value)],
      [Infinity, -Infinity],
    );
    return {
      name: metric,
      series,
      epochs,
      firstEpoch: (epoch?.[0] ?? 0) + 1,
      range: finite.length === 0 ? undefined : { least, most },
    };
  });
}

/** Where in a chart a value lies, from 0 at the bottom to 1; one that never changes lies in the middle. */
export function heightOf(value: number, { least, most }: NonNullable<Chart['range']>): number {
  // By halves: the difference of two large numbers may be no number.
  return least === most ? 0.5 : (value / 2 - least / 2) / (most / 2 - least / 2);
}

/** With validationFreq, validation has a value every few epochs, the last of each few. */
function placesOf(count: number, epochs: number): number[] {
  const every = Math.max(1, Math.floor(epochs / count));
  return Array.from({ length: count }, (_, i) => (i + 1) * every - 1);
}

function partsOf(
  subject: string,
  given: HistoryLike,
): { history: Readonly<Record<string, readonly number[]>>; epoch: readonly number[] | undefined } {
  const isWhole = typeof given?.history === 'object' && !Array.isArray(given.history);
  const history = (isWhole ? given.history : given) as Readonly<Record<string, readonly number[]>>;
  const isNumbers = (value: unknown): boolean =>
    Array.isArray(value) && value.every((item) => typeof item === 'number');
  if (typeof history !== 'object' || history === null || !Object.values(history).every(isNumbers))
    throw dataInvalid(
      subject,
      'expected lists of numbers by the names of metrics',
      'pass what fit() returns, or its history',
    );
  return { history, epoch: isWhole ? (given as { epoch?: readonly number[] }).epoch : undefined };
}
