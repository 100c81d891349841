// Cropping3D: volumes without their ends.
import { withOptions } from '@lamella/core';
import { dataFormatOption, type OptionsFor } from '../options/declarations.js';
import { marginsOption } from '../options/margins.js';
import { Cropping } from './cropping.js';

const options = {
  /** How many elements at each end: one number, or one for each dimension, or a pair for each, before and behind. Default 1. */
  cropping: marginsOption(1),
  /** Default `channels_last`. */
  dataFormat: dataFormatOption(),
};

/** The options of {@link Cropping3D}. */
export type Cropping3DOptions = OptionsFor<typeof options>;

/**
 * Cuts off what stands before and behind in each dimension of a volume. Source: keras.layers.Cropping3D.
 * Shapes: [batch, depth, height, width, channels] to the same rank. Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * cropping3D({ cropping: [0, 1, 1] }).apply(input({ shape: [2, 4, 4, 3] })).shape; // [null, 2, 2, 2, 3]
 */
export class Cropping3D extends withOptions(Cropping, options) {
  static readonly className = 'Cropping3D';

  override get dimensions(): 3 {
    return 3;
  }
}

/** Makes a {@link Cropping3D}. */
export function cropping3D(given: Cropping3DOptions = {}): Cropping3D {
  return new Cropping3D(given);
}
