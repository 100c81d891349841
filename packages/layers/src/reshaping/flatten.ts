// Flatten: everything but the batch becomes one axis.
import * as tf from '@tensorflow/tfjs-core';
import { Layer, rankMismatch, type Config, type LayerOptions } from '@lamella/core';
import { sizeOf } from '@lamella/program';
import { singleTensor } from '../options/single-input.js';
import { dataFormatOf, type DataFormat } from '../options/spatial.js';

/** The options of {@link Flatten}. */
export interface FlattenOptions extends LayerOptions {
  /** Where the channels stand; the result has them last in any case. */
  readonly dataFormat?: DataFormat | null;
}

/**
 * Makes one row of each example. Source: keras.layers.Flatten.
 * Shapes: [batch, a, b, ...] to [batch, a·b·...]. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * flatten().apply(input({ shape: [28, 28] })).shape; // [null, 784]
 */
export class Flatten extends Layer {
  static readonly className = 'Flatten';
  readonly dataFormat: DataFormat;

  constructor(options: FlattenOptions = {}) {
    super(options);
    this.dataFormat = dataFormatOf(this.label, options.dataFormat);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const x = singleTensor(this.label, inputs);
    if (x.rank < 1) throw rankMismatch(this.label, 'rank 1 or more ([batch, ...])', x.shape);
    const axes = x.shape.map((_, i) => i);
    const ordered =
      this.dataFormat === 'channels_first' && x.rank > 2 ? tf.transpose(x, [0, ...axes.slice(2), 1]) : x;
    const size = sizeOf(x.shape.slice(1));
    return tf.reshape(ordered, [size === 0 ? x.shape[0]! : -1, size]);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), dataFormat: this.dataFormat };
  }
}

/** Makes a {@link Flatten}. */
export function flatten(options: FlattenOptions = {}): Flatten {
  return new Flatten(options);
}
