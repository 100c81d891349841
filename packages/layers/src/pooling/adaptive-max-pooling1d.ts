// AdaptiveMaxPooling1D: the largest value of as many windows as are wanted.
import { AdaptiveMaxPooling } from './adaptive-max-pooling.js';
import type { AdaptivePoolingOptions } from './adaptive-pooling.js';

/** The options of {@link AdaptiveMaxPooling1D}. */
export type AdaptiveMaxPooling1DOptions = AdaptivePoolingOptions;

/**
 * Puts out the largest value of each of as many windows of a sequence as are wanted. Source: keras.layers.AdaptiveMaxPooling1D.
 * Shapes: [batch, steps, channels] to the same rank.
 * Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * adaptiveMaxPooling1D({ outputSize: 3 }).apply(input({ shape: [10, 3] })).shape; // [null, 3, 3]
 */
export class AdaptiveMaxPooling1D extends AdaptiveMaxPooling {
  static readonly className = 'AdaptiveMaxPooling1D';

  override get dimensions(): 1 {
    return 1;
  }
}

/** Makes an {@link AdaptiveMaxPooling1D}. */
export function adaptiveMaxPooling1D(given: AdaptiveMaxPooling1DOptions): AdaptiveMaxPooling1D {
  return new AdaptiveMaxPooling1D(given);
}
