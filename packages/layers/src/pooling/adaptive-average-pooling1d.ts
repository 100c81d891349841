// AdaptiveAveragePooling1D: the mean of as many windows as are wanted.
import { AdaptiveAveragePooling } from './adaptive-average-pooling.js';
import type { AdaptivePoolingOptions } from './adaptive-pooling.js';

/** The options of {@link AdaptiveAveragePooling1D}. */
export type AdaptiveAveragePooling1DOptions = AdaptivePoolingOptions;

/**
 * Puts out the mean of each of as many windows of a sequence as are wanted. Source: keras.layers.AdaptiveAveragePooling1D.
 * Shapes: [batch, steps, channels] to the same rank.
 * Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * adaptiveAveragePooling1D({ outputSize: 3 }).apply(input({ shape: [10, 3] })).shape; // [null, 3, 3]
 */
export class AdaptiveAveragePooling1D extends AdaptiveAveragePooling {
  static readonly className = 'AdaptiveAveragePooling1D';

  override get dimensions(): 1 {
    return 1;
  }
}

/** Makes an {@link AdaptiveAveragePooling1D}. */
export function adaptiveAveragePooling1D(given: AdaptiveAveragePooling1DOptions): AdaptiveAveragePooling1D {
  return new AdaptiveAveragePooling1D(given);
}
