// A dataset whose examples are another's, changed by a function when they are asked for. Nothing is remembered.
import type { Dataset } from '@lamella/core';
import { checkDataset, isPromise } from './check.js';

/**
 * Applies `fn` to each example as it is asked for; `fn` may be asynchronous.
 *
 * @example
 * const numbers = { length: 3, get: (index: number) => index };
 * map(numbers, (n) => n * 10).get(2); // 20
 */
export function map<T, U>(
  dataset: Dataset<T>,
  fn: (example: T, index: number) => U | Promise<U>,
): Dataset<U> {
  checkDataset('map()', dataset);
  return {
    get length() {
      return dataset.length;
    },
    get(index) {
      const example = dataset.get(index);
      return isPromise(example) ? example.then((value) => fn(value, index)) : fn(example, index);
    },
  };
}
