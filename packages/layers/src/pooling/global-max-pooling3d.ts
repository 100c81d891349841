// GlobalMaxPooling3D: the largest value of each channel of a volume.
import { GlobalMaxPooling } from './global-max-pooling.js';
import type { GlobalPoolingOptions } from './global-pooling.js';

/** The options of {@link GlobalMaxPooling3D}. */
export type GlobalMaxPooling3DOptions = GlobalPoolingOptions;

/**
 * Puts out the largest value of each channel. Source: keras.layers.GlobalMaxPooling3D.
 * Shapes: [batch, depth, height, width, channels] to [batch, channels]. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * globalMaxPooling3D().apply(input({ shape: [8, 8, 8, 2] })).shape; // [null, 2]
 */
export class GlobalMaxPooling3D extends GlobalMaxPooling {
  static readonly className = 'GlobalMaxPooling3D';

  override get dimensions(): 3 {
    return 3;
  }
}

/** Makes a {@link GlobalMaxPooling3D}. */
export function globalMaxPooling3D(given: GlobalMaxPooling3DOptions = {}): GlobalMaxPooling3D {
  return new GlobalMaxPooling3D(given);
}
