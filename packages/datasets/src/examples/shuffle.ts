// A dataset in another order, which depends on the seed and the length alone. `fit` shuffles anew at each epoch by itself.
import { randomSeed, type Dataset } from '@lamella/core';
import { fillRandom } from '@lamella/program';
import { checkDataset, checkIndex } from './check.js';

/**
 * The examples in a random order. Units: `seed` is an integer; by default that of `setRandomSeed`.
 *
 * Throws: RANDOM_INVALID for another seed.
 *
 * @example
 * const letters = { length: 4, get: (index: number) => 'abcd'[index] };
 * const shuffled = shuffle(letters, 7);
 * [0, 1, 2, 3].map((index) => shuffled.get(index)).sort(); // ['a', 'b', 'c', 'd']
 */
export function shuffle<T>(dataset: Dataset<T>, seed: number = randomSeed()): Dataset<T> {
  checkDataset('shuffle()', dataset);
  const order = permutation(dataset.length, seed);
  return {
    length: order.length,
    get(index) {
      checkIndex('Dataset of shuffle()', index, order.length);
      return dataset.get(order[index]!);
    },
  };
}

function permutation(length: number, seed: number): Uint32Array {
  const bits = new Int32Array(length);
  fillRandom({ distribution: 'bits', stream: 'shuffled dataset' }, { seed, step: 0 }, bits);
  const order = Uint32Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    // 32 random bits scaled to [0, i]: the bias is below 2^-32 * i.
    const j = Math.floor(((bits[i]! >>> 0) / 4294967296) * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}
