// UpSampling2D: larger images.
import { withOptions } from '@lamella/core';
import { resample } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import {
  dataFormatOption,
  interpolationOption,
  sizesOption,
  type OptionsFor,
} from '../options/declarations.js';
import { singleTensor } from '../options/single-input.js';

import { UpSampling } from './up-sampling.js';

const options = {
  /** How many times as large: one number for both dimensions, or one each. Default 2. */
  size: sizesOption(2),
  /** Default `channels_last`. */
  dataFormat: dataFormatOption(),
  /** What stands between rows and columns. Default `nearest`, the same again. */
  interpolation: interpolationOption(),
};

/** The options of {@link UpSampling2D}. */
export type UpSampling2DOptions = OptionsFor<typeof options>;

/**
 * Enlarges images by whole factors. Source: keras.layers.UpSampling2D.
 * Shapes: [batch, height, width, channels] to the same rank. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * upSampling2D({ interpolation: 'bilinear' }).apply(input({ shape: [4, 4, 3] })).shape; // [null, 8, 8, 3]
 */
export class UpSampling2D extends withOptions(UpSampling, options) {
  static readonly className = 'UpSampling2D';

  override get dimensions(): 2 {
    return 2;
  }

  /** Integers stay integers: what stands between them is rounded. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { dtype } = singleTensor(this.label, inputs);
    const larger = super.call(inputs);
    return larger.dtype === dtype ? larger : tf.cast(tf.round(larger), dtype);
  }

  protected override enlarge(x: tf.Tensor, axis: number, factor: number): tf.Tensor {
    return this.interpolation === 'nearest'
      ? super.enlarge(x, axis, factor)
      : resample(x, axis, x.shape[axis]! * factor, this.interpolation);
  }
}

/** Makes an {@link UpSampling2D}. */
export function upSampling2D(given: UpSampling2DOptions = {}): UpSampling2D {
  return new UpSampling2D(given);
}
