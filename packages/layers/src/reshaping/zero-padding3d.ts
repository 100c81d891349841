// ZeroPadding3D: zeros around volumes.
import { ZeroPadding, type ZeroPaddingOptions } from './zero-padding.js';

/** The options of {@link ZeroPadding3D}. */
export type ZeroPadding3DOptions = ZeroPaddingOptions;

/**
 * Puts zeros before and behind each dimension of a volume. Source: keras.layers.ZeroPadding3D.
 * Shapes: [batch, depth, height, width, channels] to the same rank. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * zeroPadding3D({ padding: 1 }).apply(input({ shape: [2, 4, 4, 3] })).shape; // [null, 4, 6, 6, 3]
 */
export class ZeroPadding3D extends ZeroPadding {
  static readonly className = 'ZeroPadding3D';

  override get dimensions(): 3 {
    return 3;
  }
}

/** Makes a {@link ZeroPadding3D}. */
export function zeroPadding3D(given: ZeroPadding3DOptions = {}): ZeroPadding3D {
  return new ZeroPadding3D(given);
}
