// Cropping2D: images without their ends.
import { withOptions } from '@lamella/core';
import { dataFormatOption, type OptionsFor } from '../options/declarations.js';
import { marginsOption } from '../options/margins.js';
import { Cropping } from './cropping.js';

const options = {
  /** How many elements at each end: one number, or one for each dimension, or a pair for each, before and behind. Default 0. */
  cropping: marginsOption(0),
  /** Default `channels_last`. */
  dataFormat: dataFormatOption(),
};

/** The options of {@link Cropping2D}. */
export type Cropping2DOptions = OptionsFor<typeof options>;

/**
 * Cuts off what stands before and behind in each dimension of an image. Source: keras.layers.Cropping2D.
 * Shapes: [batch, height, width, channels] to the same rank. Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * cropping2D({ cropping: [[1, 0], [1, 1]] }).apply(input({ shape: [4, 4, 3] })).shape; // [null, 3, 2, 3]
 */
export class Cropping2D extends withOptions(Cropping, options) {
  static readonly className = 'Cropping2D';

  override get dimensions(): 2 {
    return 2;
  }
}

/** Makes a {@link Cropping2D}. */
export function cropping2D(given: Cropping2DOptions = {}): Cropping2D {
  return new Cropping2D(given);
}
