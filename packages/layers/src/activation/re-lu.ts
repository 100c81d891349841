// ReLU: the rectified linear unit, with a slope below, a cap and a threshold.
import type * as tf from '@tensorflow/tfjs-core';
import { nonNegativeOption, option, orNull, withOptions } from '@lamella/core';
import { relu } from '../activations/rectified.js';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { ShapePreserving } from '../shape-preserving.js';

const options = {
  /** The largest value given out. Default null, no limit. */
  maxValue: orNull(
    option<number>({
      ...nonNegativeOption(),
      check: (subject, name, given) =>
        given === Infinity ? given : nonNegativeOption.check(subject, name, given),
    }),
  ),
  /** The slope below `threshold`. Default 0. */
  negativeSlope: nonNegativeOption(0),
  /** From where on values pass unchanged. Default 0. */
  threshold: nonNegativeOption(0),
};

/** The options of {@link ReLU}. */
export type ReLUOptions = OptionsFor<typeof options>;

/**
 * max(x, 0), by default. Source: keras.layers.ReLU. Shapes: any to the same. Throws: OPTION_INVALID.
 *
 * @example
 * const y = reLU({ maxValue: 6 }).apply(input({ shape: [3] }));
 */
export class ReLU extends withOptions(ShapePreserving, options) {
  static readonly className = 'ReLU';
  static readonly fileFacts = { builtAtOnce: true };

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const { negativeSlope, threshold } = this;
    const maxValue = this.maxValue === Infinity ? null : this.maxValue;
    return relu(floatTensor(singleTensor(this.label, inputs)), { negativeSlope, maxValue, threshold });
  }
}

/** Makes a {@link ReLU}. */
export function reLU(given: ReLUOptions = {}): ReLU {
  return new ReLU(given);
}
