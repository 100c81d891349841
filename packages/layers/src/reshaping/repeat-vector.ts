// RepeatVector: each row several times.
import * as tf from '@tensorflow/tfjs-core';
import { Layer, positiveIntegerOption, rankMismatch, withOptions } from '@lamella/core';
import type { OptionsFor } from '../options/declarations.js';
import { singleTensor } from '../options/single-input.js';

const options = {
  /** How many times. */
  n: positiveIntegerOption(),
};

/** The options of {@link RepeatVector}. */
export type RepeatVectorOptions = OptionsFor<typeof options>;

/**
 * Repeats each row. Source: keras.layers.RepeatVector.
 * Shapes: [batch, features] to [batch, n, features]. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * repeatVector({ n: 3 }).apply(input({ shape: [32] })).shape; // [null, 3, 32]
 */
export class RepeatVector extends withOptions(Layer, options) {
  static readonly className = 'RepeatVector';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    if (x.rank !== 2) throw rankMismatch(this.label, 'rank 2 ([batch, features])', x.shape);
    return tf.tile(tf.expandDims(x, 1), [1, this.n, 1]);
  }
}

/** Makes a {@link RepeatVector}. */
export function repeatVector(given: RepeatVectorOptions): RepeatVector {
  return new RepeatVector(given);
}
