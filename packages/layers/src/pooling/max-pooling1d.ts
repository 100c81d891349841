// MaxPooling1D: the largest value of each window of a sequence.
import { MaxPooling } from './max-pooling.js';
import type { PoolingOptions } from './pooling.js';

/** The options of {@link MaxPooling1D}. */
export type MaxPooling1DOptions = PoolingOptions;

/**
 * Puts out the largest value of each window. Source: keras.layers.MaxPooling1D.
 * Shapes: [batch, steps, channels] to [batch, new steps, channels]. Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * maxPooling1D({ poolSize: 2 }).apply(input({ shape: [28, 8] })).shape; // [null, 14, 8]
 */
export class MaxPooling1D extends MaxPooling {
  static readonly className = 'MaxPooling1D';

  override get dimensions(): 1 {
    return 1;
  }
}

/** Makes a {@link MaxPooling1D}. */
export function maxPooling1D(given: MaxPooling1DOptions = {}): MaxPooling1D {
  return new MaxPooling1D(given);
}
