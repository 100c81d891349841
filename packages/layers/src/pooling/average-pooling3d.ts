// AveragePooling3D: the mean of each window of a volume.
import { AveragePooling } from './average-pooling.js';
import type { PoolingOptions } from './pooling.js';

/** The options of {@link AveragePooling3D}. */
export type AveragePooling3DOptions = PoolingOptions;

/**
 * Puts out the mean of each window, without what padding added. Source: keras.layers.AveragePooling3D.
 * Shapes: [batch, depth, height, width, channels] to [batch, new depth, new height, new width, channels]. Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * averagePooling3D({ poolSize: 2 }).apply(input({ shape: [8, 8, 8, 1] })).shape; // [null, 4, 4, 4, 1]
 */
export class AveragePooling3D extends AveragePooling {
  static readonly className = 'AveragePooling3D';

  override get dimensions(): 3 {
    return 3;
  }
}

/** Makes an {@link AveragePooling3D}. */
export function averagePooling3D(given: AveragePooling3DOptions = {}): AveragePooling3D {
  return new AveragePooling3D(given);
}
