// MaxPooling2D: the largest value of each window of an image.
import * as tf from '@tensorflow/tfjs-core';
import { Pooling2D, type Pooling2DOptions } from './pooling2d.js';

/** The options of {@link MaxPooling2D}. */
export type MaxPooling2DOptions = Pooling2DOptions;

/**
 * Puts out the largest value of each window. Source: keras.layers.MaxPooling2D.
 * Shapes: [batch, height, width, channels] to the same rank. Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * maxPooling2D({ poolSize: 2 }).apply(input({ shape: [28, 28, 8] })).shape; // [null, 14, 14, 8]
 */
export class MaxPooling2D extends Pooling2D {
  static readonly className = 'MaxPooling2D';

  protected override pool(images: tf.Tensor4D): tf.Tensor4D {
    return tf.maxPool(images, [...this.poolSize], [...this.strides], this.padding);
  }
}

/** Makes a {@link MaxPooling2D}. */
export function maxPooling2D(options: MaxPooling2DOptions = {}): MaxPooling2D {
  return new MaxPooling2D(options);
}
