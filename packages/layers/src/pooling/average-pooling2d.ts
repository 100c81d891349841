// AveragePooling2D: the mean of each window of an image.
import * as tf from '@tensorflow/tfjs-core';
import { floatTensor } from '../options/single-input.js';
import { Pooling2D, type Pooling2DOptions } from './pooling2d.js';

/** The options of {@link AveragePooling2D}. */
export type AveragePooling2DOptions = Pooling2DOptions;

/**
 * Puts out the mean of each window, without what padding added. Source: keras.layers.AveragePooling2D.
 * Shapes: [batch, height, width, channels] to the same rank. Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * averagePooling2D({ poolSize: 2 }).apply(input({ shape: [28, 28, 8] })).shape; // [null, 14, 14, 8]
 */
export class AveragePooling2D extends Pooling2D {
  static readonly className = 'AveragePooling2D';

  protected override pool(images: tf.Tensor4D): tf.Tensor4D {
    return tf.avgPool(
      floatTensor(images) as tf.Tensor4D,
      [...this.poolSize],
      [...this.strides],
      this.padding,
    );
  }
}

/** Makes an {@link AveragePooling2D}. */
export function averagePooling2D(options: AveragePooling2DOptions = {}): AveragePooling2D {
  return new AveragePooling2D(options);
}
