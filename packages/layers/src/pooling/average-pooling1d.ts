// AveragePooling1D: the mean of each window of a sequence.
import { AveragePooling } from './average-pooling.js';
import type { PoolingOptions } from './pooling.js';

/** The options of {@link AveragePooling1D}. */
export type AveragePooling1DOptions = PoolingOptions;

/**
 * Puts out the mean of each window, without what padding added. Source: keras.layers.AveragePooling1D.
 * Shapes: [batch, steps, channels] to [batch, new steps, channels]. Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * averagePooling1D({ poolSize: 2 }).apply(input({ shape: [28, 8] })).shape; // [null, 14, 8]
 */
export class AveragePooling1D extends AveragePooling {
  static readonly className = 'AveragePooling1D';

  override get dimensions(): 1 {
    return 1;
  }
}

/** Makes an {@link AveragePooling1D}. */
export function averagePooling1D(given: AveragePooling1DOptions = {}): AveragePooling1D {
  return new AveragePooling1D(given);
}
