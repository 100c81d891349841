// GlobalMaxPooling2D: the largest value of each channel of an image.
import * as tf from '@tensorflow/tfjs-core';
import { GlobalPooling2D, type GlobalPooling2DOptions } from './global-pooling2d.js';

/** The options of {@link GlobalMaxPooling2D}. */
export type GlobalMaxPooling2DOptions = GlobalPooling2DOptions;

/**
 * Puts out the largest value of each channel. Source: keras.layers.GlobalMaxPooling2D.
 * Shapes: [batch, height, width, channels] to [batch, channels]. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * globalMaxPooling2D().apply(input({ shape: [28, 28, 8] })).shape; // [null, 8]
 */
export class GlobalMaxPooling2D extends GlobalPooling2D {
  static readonly className = 'GlobalMaxPooling2D';

  protected override pool(x: tf.Tensor, axes: number[]): tf.Tensor {
    return tf.max(x, axes, this.keepdims);
  }
}

/** Makes a {@link GlobalMaxPooling2D}. */
export function globalMaxPooling2D(options: GlobalMaxPooling2DOptions = {}): GlobalMaxPooling2D {
  return new GlobalMaxPooling2D(options);
}
