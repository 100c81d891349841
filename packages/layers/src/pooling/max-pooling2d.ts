// MaxPooling2D: the largest value of each window of an image.
import { MaxPooling } from './max-pooling.js';
import type { PoolingOptions } from './pooling.js';

/** The options of {@link MaxPooling2D}. */
export type MaxPooling2DOptions = PoolingOptions;

/**
 * Puts out the largest value of each window. Source: keras.layers.MaxPooling2D.
 * Shapes: [batch, height, width, channels] to the same rank. Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * maxPooling2D({ poolSize: 2 }).apply(input({ shape: [28, 28, 8] })).shape; // [null, 14, 14, 8]
 */
export class MaxPooling2D extends MaxPooling {
  static readonly className = 'MaxPooling2D';

  override get dimensions(): 2 {
    return 2;
  }
}

/** Makes a {@link MaxPooling2D}. */
export function maxPooling2D(given: MaxPooling2DOptions = {}): MaxPooling2D {
  return new MaxPooling2D(given);
}
