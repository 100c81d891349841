// UpSampling1D: each step of a sequence several times.
import { positiveIntegerOption, withOptions } from '@lamella/core';
import type { OptionsFor } from '../options/declarations.js';
import { UpSampling } from './up-sampling.js';

const options = {
  /** How often each step comes. Default 2. */
  size: positiveIntegerOption(2),
};

/** The options of {@link UpSampling1D}. */
export type UpSampling1DOptions = OptionsFor<typeof options>;

/**
 * Repeats each step of a sequence. Source: keras.layers.UpSampling1D.
 * Shapes: [batch, steps, channels] to the same rank. Throws: OPTION_INVALID, RANK_MISMATCH.
 *
 * @example
 * upSampling1D({ size: 3 }).apply(input({ shape: [10, 3] })).shape; // [null, 30, 3]
 */
export class UpSampling1D extends withOptions(UpSampling, options) {
  static readonly className = 'UpSampling1D';

  override get dimensions(): 1 {
    return 1;
  }
}

/** Makes an {@link UpSampling1D}. */
export function upSampling1D(given: UpSampling1DOptions = {}): UpSampling1D {
  return new UpSampling1D(given);
}
