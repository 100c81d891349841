// RepeatVector: each row several times.
import * as tf from '@tensorflow/tfjs-core';
import { Layer, rankMismatch, type Config, type LayerOptions } from '@lamella/core';
import { positiveInteger } from '../options/checks.js';
import { singleTensor } from '../options/single-input.js';

/** The options of {@link RepeatVector}. */
export interface RepeatVectorOptions extends LayerOptions {
  readonly n: number;
}

/**
 * Repeats each row. Source: keras.layers.RepeatVector.
 * Shapes: [batch, features] to [batch, n, features]. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * repeatVector({ n: 3 }).apply(input({ shape: [32] })).shape; // [null, 3, 32]
 */
export class RepeatVector extends Layer {
  static readonly className = 'RepeatVector';
  readonly n: number;

  constructor(options: RepeatVectorOptions) {
    super(options);
    this.n = positiveInteger(this.label, 'n', options.n);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    if (x.rank !== 2) throw rankMismatch(this.label, 'rank 2 ([batch, features])', x.shape);
    return tf.tile(tf.expandDims(x, 1), [1, this.n, 1]);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), n: this.n };
  }
}

/** Makes a {@link RepeatVector}. */
export function repeatVector(options: RepeatVectorOptions): RepeatVector {
  return new RepeatVector(options);
}
