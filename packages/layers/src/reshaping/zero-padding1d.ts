// ZeroPadding1D: zeros around sequences.
import { ZeroPadding, type ZeroPaddingOptions } from './zero-padding.js';

/** The options of {@link ZeroPadding1D}. */
export type ZeroPadding1DOptions = ZeroPaddingOptions;

/**
 * Puts zeros before and behind each dimension of a sequence. Source: keras.layers.ZeroPadding1D.
 * Shapes: [batch, steps, channels] to the same rank. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * zeroPadding1D({ padding: 1 }).apply(input({ shape: [10, 3] })).shape; // [null, 12, 3]
 */
export class ZeroPadding1D extends ZeroPadding {
  static readonly className = 'ZeroPadding1D';

  override get dimensions(): 1 {
    return 1;
  }
}

/** Makes a {@link ZeroPadding1D}. */
export function zeroPadding1D(given: ZeroPadding1DOptions = {}): ZeroPadding1D {
  return new ZeroPadding1D(given);
}
