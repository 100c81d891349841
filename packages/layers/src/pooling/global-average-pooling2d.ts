// GlobalAveragePooling2D: the mean of each channel of an image.
import * as tf from '@tensorflow/tfjs-core';
import { floatTensor } from '../options/single-input.js';
import { GlobalPooling2D, type GlobalPooling2DOptions } from './global-pooling2d.js';

/** The options of {@link GlobalAveragePooling2D}. */
export type GlobalAveragePooling2DOptions = GlobalPooling2DOptions;

/**
 * Puts out the mean of each channel. Source: keras.layers.GlobalAveragePooling2D.
 * Shapes: [batch, height, width, channels] to [batch, channels]. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * globalAveragePooling2D().apply(input({ shape: [28, 28, 8] })).shape; // [null, 8]
 */
export class GlobalAveragePooling2D extends GlobalPooling2D {
  static readonly className = 'GlobalAveragePooling2D';

  protected override pool(x: tf.Tensor, axes: number[]): tf.Tensor {
    return tf.mean(floatTensor(x), axes, this.keepdims);
  }
}

/** Makes a {@link GlobalAveragePooling2D}. */
export function globalAveragePooling2D(options: GlobalAveragePooling2DOptions = {}): GlobalAveragePooling2D {
  return new GlobalAveragePooling2D(options);
}
