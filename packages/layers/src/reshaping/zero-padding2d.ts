// ZeroPadding2D: zeros around images.
import { ZeroPadding, type ZeroPaddingOptions } from './zero-padding.js';

/** The options of {@link ZeroPadding2D}. */
export type ZeroPadding2DOptions = ZeroPaddingOptions;

/**
 * Puts zeros before and behind each dimension of an image. Source: keras.layers.ZeroPadding2D.
 * Shapes: [batch, height, width, channels] to the same rank. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * zeroPadding2D({ padding: 1 }).apply(input({ shape: [4, 4, 3] })).shape; // [null, 6, 6, 3]
 */
export class ZeroPadding2D extends ZeroPadding {
  static readonly className = 'ZeroPadding2D';

  override get dimensions(): 2 {
    return 2;
  }
}

/** Makes a {@link ZeroPadding2D}. */
export function zeroPadding2D(given: ZeroPadding2DOptions = {}): ZeroPadding2D {
  return new ZeroPadding2D(given);
}
