// Permute: the axes of each example in another order.
import * as tf from '@tensorflow/tfjs-core';
import { Layer, option, optionInvalid, rankMismatch, withOptions } from '@lamella/core';
import type { OptionsFor } from '../options/declarations.js';
import { singleTensor } from '../options/single-input.js';

const options = {
  /** The axes, counted from 1, in their new order. */
  dims: option<readonly number[]>({
    check: (subject, name, given) => {
      const inOrder = Array.isArray(given) ? [...(given as number[])].sort((a, b) => a - b) : [];
      if (inOrder.length === 0 || inOrder.some((axis, i) => axis !== i + 1))
        throw optionInvalid(subject, name, 'each axis from 1 on, once', given);
      return [...(given as readonly number[])];
    },
  }),
};

/** The options of {@link Permute}. */
export type PermuteOptions = OptionsFor<typeof options>;

/**
 * Swaps axes. Source: keras.layers.Permute. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * permute({ dims: [2, 1] }).apply(input({ shape: [10, 64] })).shape; // [null, 64, 10]
 */
export class Permute extends withOptions(Layer, options) {
  static readonly className = 'Permute';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    if (x.rank !== this.dims.length + 1)
      throw rankMismatch(this.label, `rank ${this.dims.length + 1}`, x.shape);
    return tf.transpose(x, [0, ...this.dims]);
  }
}

/** Makes a {@link Permute}. */
export function permute(given: PermuteOptions): Permute {
  return new Permute(given);
}
