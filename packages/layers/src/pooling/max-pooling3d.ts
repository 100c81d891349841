// MaxPooling3D: the largest value of each window of a volume.
import { MaxPooling } from './max-pooling.js';
import type { PoolingOptions } from './pooling.js';

/** The options of {@link MaxPooling3D}. */
export type MaxPooling3DOptions = PoolingOptions;

/**
 * Puts out the largest value of each window. Source: keras.layers.MaxPooling3D.
 * Shapes: [batch, depth, height, width, channels] to [batch, new depth, new height, new width, channels]. Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * maxPooling3D({ poolSize: 2 }).apply(input({ shape: [8, 8, 8, 1] })).shape; // [null, 4, 4, 4, 1]
 */
export class MaxPooling3D extends MaxPooling {
  static readonly className = 'MaxPooling3D';

  override get dimensions(): 3 {
    return 3;
  }
}

/** Makes a {@link MaxPooling3D}. */
export function maxPooling3D(given: MaxPooling3DOptions = {}): MaxPooling3D {
  return new MaxPooling3D(given);
}
