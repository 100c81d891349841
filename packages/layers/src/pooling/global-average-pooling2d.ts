// GlobalAveragePooling2D: the mean of each channel of an image.
import { GlobalAveragePooling } from './global-average-pooling.js';
import type { GlobalPoolingOptions } from './global-pooling.js';

/** The options of {@link GlobalAveragePooling2D}. */
export type GlobalAveragePooling2DOptions = GlobalPoolingOptions;

/**
 * Puts out the mean of each channel. Source: keras.layers.GlobalAveragePooling2D.
 * Shapes: [batch, height, width, channels] to [batch, channels]. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * globalAveragePooling2D().apply(input({ shape: [28, 28, 8] })).shape; // [null, 8]
 */
export class GlobalAveragePooling2D extends GlobalAveragePooling {
  static readonly className = 'GlobalAveragePooling2D';

  override get dimensions(): 2 {
    return 2;
  }
}

/** Makes a {@link GlobalAveragePooling2D}. */
export function globalAveragePooling2D(given: GlobalAveragePooling2DOptions = {}): GlobalAveragePooling2D {
  return new GlobalAveragePooling2D(given);
}
