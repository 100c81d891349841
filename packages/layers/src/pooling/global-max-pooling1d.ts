// GlobalMaxPooling1D: the largest value of each channel of a sequence.
import { GlobalMaxPooling } from './global-max-pooling.js';
import type { GlobalPoolingOptions } from './global-pooling.js';

/** The options of {@link GlobalMaxPooling1D}. */
export type GlobalMaxPooling1DOptions = GlobalPoolingOptions;

/**
 * Puts out the largest value of each channel. Source: keras.layers.GlobalMaxPooling1D.
 * Shapes: [batch, steps, channels] to [batch, channels]. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * globalMaxPooling1D().apply(input({ shape: [28, 8] })).shape; // [null, 8]
 */
export class GlobalMaxPooling1D extends GlobalMaxPooling {
  static readonly className = 'GlobalMaxPooling1D';

  override get dimensions(): 1 {
    return 1;
  }
}

/** Makes a {@link GlobalMaxPooling1D}. */
export function globalMaxPooling1D(given: GlobalMaxPooling1DOptions = {}): GlobalMaxPooling1D {
  return new GlobalMaxPooling1D(given);
}
