// UpSampling3D: each element of a volume several times.
import { withOptions } from '@lamella/core';
import { dataFormatOption, sizesOption, type OptionsFor } from '../options/declarations.js';
import { UpSampling } from './up-sampling.js';

const options = {
  /** How often each element comes: one number for all dimensions, or one each. Default 2. */
  size: sizesOption(2),
  /** Default `channels_last`. */
  dataFormat: dataFormatOption(),
};

/** The options of {@link UpSampling3D}. */
export type UpSampling3DOptions = OptionsFor<typeof options>;

/**
 * Repeats each element of a volume in each dimension. Source: keras.layers.UpSampling3D.
 * Shapes: [batch, depth, height, width, channels] to the same rank. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * upSampling3D({ size: [1, 2, 3] }).apply(input({ shape: [2, 4, 4, 3] })).shape; // [null, 2, 8, 12, 3]
 */
export class UpSampling3D extends withOptions(UpSampling, options) {
  static readonly className = 'UpSampling3D';

  override get dimensions(): 3 {
    return 3;
  }
}

/** Makes an {@link UpSampling3D}. */
export function upSampling3D(given: UpSampling3DOptions = {}): UpSampling3D {
  return new UpSampling3D(given);
}
