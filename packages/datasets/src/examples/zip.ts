// Several datasets side by side: example i is a record of their examples i.
import { dataInvalid, type Dataset } from '@lamella/core';
import { dataLength } from '../errors.js';
import { checkDataset, isPromise } from './check.js';

/** What the examples of a record of datasets are. */
export type Zipped<D extends Readonly<Record<string, Dataset<unknown>>>> = {
  readonly [K in keyof D]: D[K] extends Dataset<infer T> ? T : never;
};

/**
 * Puts datasets of equal length side by side; `zip({ x, y })` is what `fit` takes.
 *
 * Throws: DATA_LENGTH, DATA_INVALID.
 *
 * @example
 * const pairs = zip({
 *   x: { length: 2, get: (index: number) => index },
 *   y: { length: 2, get: (index: number) => index > 0 },
 * });
 * pairs.get(1); // { x: 1, y: true }
 */
export function zip<D extends Readonly<Record<string, Dataset<unknown>>>>(datasets: D): Dataset<Zipped<D>> {
  const entries = Object.entries(datasets);
  for (const [name, dataset] of entries) checkDataset(`zip(), ${name}`, dataset);
  const lengths = Object.fromEntries(entries.map(([name, dataset]) => [name, dataset.length]));
  const length = entries[0]?.[1].length;
  if (length === undefined) throw dataInvalid('zip()', 'expected a record of datasets, got none');
  if (Object.values(lengths).some((other) => other !== length)) throw dataLength('zip()', lengths);
  const join = (values: readonly unknown[]): Zipped<D> =>
    Object.fromEntries(entries.map(([name], i) => [name, values[i]])) as Zipped<D>;
  return {
    length,
    get(index) {
      const values = entries.map(([, dataset]) => dataset.get(index));
      return values.some(isPromise) ? Promise.all(values).then(join) : join(values);
    },
  };
}
