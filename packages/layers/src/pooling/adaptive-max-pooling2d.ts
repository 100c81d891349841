// AdaptiveMaxPooling2D: the largest value of as many windows as are wanted.
import { AdaptiveMaxPooling } from './adaptive-max-pooling.js';
import type { AdaptivePoolingOptions } from './adaptive-pooling.js';

/** The options of {@link AdaptiveMaxPooling2D}. */
export type AdaptiveMaxPooling2DOptions = AdaptivePoolingOptions;

/**
 * Puts out the largest value of each of as many windows of an image as are wanted. Source: keras.layers.AdaptiveMaxPooling2D.
 * Shapes: [batch, height, width, channels] to the same rank.
 * Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * adaptiveMaxPooling2D({ outputSize: 3 }).apply(input({ shape: [8, 8, 3] })).shape; // [null, 3, 3, 3]
 */
export class AdaptiveMaxPooling2D extends AdaptiveMaxPooling {
  static readonly className = 'AdaptiveMaxPooling2D';

  override get dimensions(): 2 {
    return 2;
  }
}

/** Makes an {@link AdaptiveMaxPooling2D}. */
export function adaptiveMaxPooling2D(given: AdaptiveMaxPooling2DOptions): AdaptiveMaxPooling2D {
  return new AdaptiveMaxPooling2D(given);
}
