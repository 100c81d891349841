// Permute: the axes of each example in another order.
import * as tf from '@tensorflow/tfjs-core';
import { Layer, optionInvalid, rankMismatch, type Config, type LayerOptions } from '@lamella/core';
import { singleTensor } from '../options/single-input.js';

/** The options of {@link Permute}. */
export interface PermuteOptions extends LayerOptions {
  /** The axes, counted from 1, in their new order. */
  readonly dims: readonly number[];
}

/**
 * Swaps axes. Source: keras.layers.Permute. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * permute({ dims: [2, 1] }).apply(input({ shape: [10, 64] })).shape; // [null, 64, 10]
 */
export class Permute extends Layer {
  static readonly className = 'Permute';
  readonly dims: readonly number[];

  constructor(options: PermuteOptions) {
    super(options);
    const { dims } = options;
    const inOrder = Array.isArray(dims) ? [...dims].sort((a, b) => a - b) : [];
    if (inOrder.length === 0 || inOrder.some((axis, i) => axis !== i + 1)) {
      throw optionInvalid(this.label, 'dims', 'each axis from 1 on, once', dims);
    }
    this.dims = [...dims];
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    if (x.rank !== this.dims.length + 1)
      throw rankMismatch(this.label, `rank ${this.dims.length + 1}`, x.shape);
    return tf.transpose(x, [0, ...this.dims]);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dims: this.dims };
  }
}

/** Makes a {@link Permute}. */
export function permute(options: PermuteOptions): Permute {
  return new Permute(options);
}
