// GlobalMaxPooling2D: the largest value of each channel of an image.
import { GlobalMaxPooling } from './global-max-pooling.js';
import type { GlobalPoolingOptions } from './global-pooling.js';

/** The options of {@link GlobalMaxPooling2D}. */
export type GlobalMaxPooling2DOptions = GlobalPoolingOptions;

/**
 * Puts out the largest value of each channel. Source: keras.layers.GlobalMaxPooling2D.
 * Shapes: [batch, height, width, channels] to [batch, channels]. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * globalMaxPooling2D().apply(input({ shape: [28, 28, 8] })).shape; // [null, 8]
 */
export class GlobalMaxPooling2D extends GlobalMaxPooling {
  static readonly className = 'GlobalMaxPooling2D';

  override get dimensions(): 2 {
    return 2;
  }
}

/** Makes a {@link GlobalMaxPooling2D}. */
export function globalMaxPooling2D(given: GlobalMaxPooling2DOptions = {}): GlobalMaxPooling2D {
  return new GlobalMaxPooling2D(given);
}
