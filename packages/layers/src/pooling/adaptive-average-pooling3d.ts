// AdaptiveAveragePooling3D: the mean of as many windows as are wanted.
import { AdaptiveAveragePooling } from './adaptive-average-pooling.js';
import type { AdaptivePoolingOptions } from './adaptive-pooling.js';

/** The options of {@link AdaptiveAveragePooling3D}. */
export type AdaptiveAveragePooling3DOptions = AdaptivePoolingOptions;

/**
 * Puts out the mean of each of as many windows of a volume as are wanted. Source: keras.layers.AdaptiveAveragePooling3D.
 * Shapes: [batch, depth, height, width, channels] to the same rank.
 * Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * adaptiveAveragePooling3D({ outputSize: 3 }).apply(input({ shape: [4, 8, 8, 3] })).shape; // [null, 3, 3, 3, 3]
 */
export class AdaptiveAveragePooling3D extends AdaptiveAveragePooling {
  static readonly className = 'AdaptiveAveragePooling3D';

  override get dimensions(): 3 {
    return 3;
  }
}

/** Makes an {@link AdaptiveAveragePooling3D}. */
export function adaptiveAveragePooling3D(given: AdaptiveAveragePooling3DOptions): AdaptiveAveragePooling3D {
  return new AdaptiveAveragePooling3D(given);
}
