// AdaptiveAveragePooling2D: the mean of as many windows as are wanted.
import { AdaptiveAveragePooling } from './adaptive-average-pooling.js';
import type { AdaptivePoolingOptions } from './adaptive-pooling.js';

/** The options of {@link AdaptiveAveragePooling2D}. */
export type AdaptiveAveragePooling2DOptions = AdaptivePoolingOptions;

/**
 * Puts out the mean of each of as many windows of an image as are wanted. Source: keras.layers.AdaptiveAveragePooling2D.
 * Shapes: [batch, height, width, channels] to the same rank.
 * Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * adaptiveAveragePooling2D({ outputSize: 3 }).apply(input({ shape: [8, 8, 3] })).shape; // [null, 3, 3, 3]
 */
export class AdaptiveAveragePooling2D extends AdaptiveAveragePooling {
  static readonly className = 'AdaptiveAveragePooling2D';

  override get dimensions(): 2 {
    return 2;
  }
}

/** Makes an {@link AdaptiveAveragePooling2D}. */
export function adaptiveAveragePooling2D(given: AdaptiveAveragePooling2DOptions): AdaptiveAveragePooling2D {
  return new AdaptiveAveragePooling2D(given);
}
