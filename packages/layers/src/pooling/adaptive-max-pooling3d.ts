// AdaptiveMaxPooling3D: the largest value of as many windows as are wanted.
import { AdaptiveMaxPooling } from './adaptive-max-pooling.js';
import type { AdaptivePoolingOptions } from './adaptive-pooling.js';

/** The options of {@link AdaptiveMaxPooling3D}. */
export type AdaptiveMaxPooling3DOptions = AdaptivePoolingOptions;

/**
 * Puts out the largest value of each of as many windows of a volume as are wanted. Source: keras.layers.AdaptiveMaxPooling3D.
 * Shapes: [batch, depth, height, width, channels] to the same rank.
 * Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * adaptiveMaxPooling3D({ outputSize: 3 }).apply(input({ shape: [4, 8, 8, 3] })).shape; // [null, 3, 3, 3, 3]
 */
export class AdaptiveMaxPooling3D extends AdaptiveMaxPooling {
  static readonly className = 'AdaptiveMaxPooling3D';

  override get dimensions(): 3 {
    return 3;
  }
}

/** Makes an {@link AdaptiveMaxPooling3D}. */
export function adaptiveMaxPooling3D(given: AdaptiveMaxPooling3DOptions): AdaptiveMaxPooling3D {
  return new AdaptiveMaxPooling3D(given);
}
