// GlobalAveragePooling3D: the mean of each channel of a volume.
import { GlobalAveragePooling } from './global-average-pooling.js';
import type { GlobalPoolingOptions } from './global-pooling.js';

/** The options of {@link GlobalAveragePooling3D}. */
export type GlobalAveragePooling3DOptions = GlobalPoolingOptions;

/**
 * Puts out the mean of each channel. Source: keras.layers.GlobalAveragePooling3D.
 * Shapes: [batch, depth, height, width, channels] to [batch, channels]. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * globalAveragePooling3D().apply(input({ shape: [8, 8, 8, 2] })).shape; // [null, 2]
 */
export class GlobalAveragePooling3D extends GlobalAveragePooling {
  static readonly className = 'GlobalAveragePooling3D';

  override get dimensions(): 3 {
    return 3;
  }
}

/** Makes a {@link GlobalAveragePooling3D}. */
export function globalAveragePooling3D(given: GlobalAveragePooling3DOptions = {}): GlobalAveragePooling3D {
  return new GlobalAveragePooling3D(given);
}
