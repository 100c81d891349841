// The beginning and the rest of a dataset.
import type { Dataset } from '@lamella/core';
import { checkCount, checkDataset, checkIndex } from './check.js';

/**
 * The first `count` examples, or all where there are fewer.
 *
 * Throws: OPTION_INVALID.
 *
 * @example
 * const numbers = { length: 5, get: (index: number) => index };
 * take(numbers, 2).length; // 2
 */
export function take<T>(dataset: Dataset<T>, count: number): Dataset<T> {
  checkCount('take()', 'count', count, 0);
  return part('take()', dataset, 0, count);
}

/**
 * What is left after the first `count` examples.
 *
 * Throws: OPTION_INVALID.
 *
 * @example
 * const numbers = { length: 5, get: (index: number) => index };
 * skip(numbers, 2).get(0); // 2
 */
export function skip<T>(dataset: Dataset<T>, count: number): Dataset<T> {
  checkCount('skip()', 'count', count, 0);
  return part('skip()', dataset, count, Infinity);
}

function part<T>(subject: string, dataset: Dataset<T>, start: number, count: number): Dataset<T> {
  checkDataset(subject, dataset);
  const length = Math.max(0, Math.min(count, dataset.length - start));
  return {
    length,
    get(index) {
      checkIndex(`Dataset of ${subject}`, index, length);
      return dataset.get(start + index);
    },
  };
}
