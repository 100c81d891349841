// ELU: the exponential linear unit.
import type * as tf from '@tensorflow/tfjs-core';
import { numberOption, withOptions } from '@lamella/core';
import { elu as eluOf } from '../activations/rectified.js';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { ShapePreserving } from '../shape-preserving.js';

const options = {
  /** What it goes to for large negative values, negated. Default 1. */
  alpha: numberOption(1),
};

/** The options of {@link ELU}. */
export type ELUOptions = OptionsFor<typeof options>;

/**
 * x where it is positive, else `alpha * (exp(x) - 1)`. Source: Clevert and others (2016), keras.layers.ELU.
 * Shapes: any to the same. Throws: OPTION_INVALID.
 *
 * @example
 * const y = elu({ alpha: 0.5 }).apply(input({ shape: [3] }));
 */
export class ELU extends withOptions(ShapePreserving, options) {
  static readonly className = 'ELU';
  static readonly fileFacts = { builtAtOnce: true };

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return eluOf(floatTensor(singleTensor(this.label, inputs)), this.alpha);
  }
}

/** Makes an {@link ELU}. */
export function elu(given: ELUOptions = {}): ELU {
  return new ELU(given);
}
