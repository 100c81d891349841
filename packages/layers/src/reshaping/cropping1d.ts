// Cropping1D: sequences without their ends.
import { withOptions } from '@lamella/core';
import type { OptionsFor } from '../options/declarations.js';
import { marginsOption } from '../options/margins.js';
import { Cropping } from './cropping.js';

const options = {
  /** How many elements at each end: one number, or a pair, before and behind. Default 1. */
  cropping: marginsOption(1),
};

/** The options of {@link Cropping1D}. */
export type Cropping1DOptions = OptionsFor<typeof options>;

/**
 * Cuts off what stands before and behind in each dimension of a sequence. Source: keras.layers.Cropping1D.
 * Shapes: [batch, steps, channels] to the same rank. Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * cropping1D({ cropping: [2, 1] }).apply(input({ shape: [10, 3] })).shape; // [null, 7, 3]
 */
export class Cropping1D extends withOptions(Cropping, options) {
  static readonly className = 'Cropping1D';

  override get dimensions(): 1 {
    return 1;
  }
}

/** Makes a {@link Cropping1D}. */
export function cropping1D(given: Cropping1DOptions = {}): Cropping1D {
  return new Cropping1D(given);
}
