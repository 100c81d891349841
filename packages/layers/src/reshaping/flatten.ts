// Flatten: everything but the batch becomes one axis.
import * as tf from '@tensorflow/tfjs-core';
import { Layer, rankMismatch, withOptions } from '@lamella/core';
import { sizeOf } from '@lamella/program';
import { dataFormatOption, type OptionsFor } from '../options/declarations.js';
import { singleTensor } from '../options/single-input.js';

const options = {
  /** Where the channels stand; the result has them last in any case. Default `channels_last`. */
  dataFormat: dataFormatOption(),
};

/** The options of {@link Flatten}. */
export type FlattenOptions = OptionsFor<typeof options>;

/**
 * Makes one row of each example. Source: keras.layers.Flatten.
 * Shapes: [batch, a, b, ...] to [batch, a·b·...]. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * flatten().apply(input({ shape: [28, 28] })).shape; // [null, 784]
 */
export class Flatten extends withOptions(Layer, options) {
  static readonly className = 'Flatten';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    if (x.rank < 1) throw rankMismatch(this.label, 'rank 1 or more ([batch, ...])', x.shape);
    const axes = x.shape.map((_, i) => i);
    const ordered =
      this.dataFormat === 'channels_first' && x.rank > 2 ? tf.transpose(x, [0, ...axes.slice(2), 1]) : x;
    const size = sizeOf(x.shape.slice(1));
    return tf.reshape(ordered, [size === 0 ? x.shape[0]! : -1, size]);
  }
}

/** Makes a {@link Flatten}. */
export function flatten(given: FlattenOptions = {}): Flatten {
  return new Flatten(given);
}
