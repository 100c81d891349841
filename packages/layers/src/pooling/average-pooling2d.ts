// AveragePooling2D: the mean of each window of an image.
import { AveragePooling } from './average-pooling.js';
import type { PoolingOptions } from './pooling.js';

/** The options of {@link AveragePooling2D}. */
export type AveragePooling2DOptions = PoolingOptions;

/**
 * Puts out the mean of each window, without what padding added. Source: keras.layers.AveragePooling2D.
 * Shapes: [batch, height, width, channels] to the same rank. Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * averagePooling2D({ poolSize: 2 }).apply(input({ shape: [28, 28, 8] })).shape; // [null, 14, 14, 8]
 */
export class AveragePooling2D extends AveragePooling {
  static readonly className = 'AveragePooling2D';

  override get dimensions(): 2 {
    return 2;
  }
}

/** Makes an {@link AveragePooling2D}. */
export function averagePooling2D(given: AveragePooling2DOptions = {}): AveragePooling2D {
  return new AveragePooling2D(given);
}
