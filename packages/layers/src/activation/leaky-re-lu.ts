// LeakyReLU: a rectifier with a small slope below 0.
import type * as tf from '@tensorflow/tfjs-core';
import { nonNegativeOption, withOptions, type Config } from '@lamella/core';
import { leakyRelu } from '../activations/rectified.js';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { ShapePreserving } from '../shape-preserving.js';

const options = {
  /** The slope below 0. Default 0.3. */
  negativeSlope: nonNegativeOption(0.3),
};

/** The options of {@link LeakyReLU}. */
export type LeakyReLUOptions = OptionsFor<typeof options>;

/**
 * x where it is positive, else `negativeSlope * x`. Source: keras.layers.LeakyReLU.
 * Shapes: any to the same. Throws: OPTION_INVALID.
 *
 * @example
 * const y = leakyReLU({ negativeSlope: 0.1 }).apply(input({ shape: [3] }));
 */
export class LeakyReLU extends withOptions(ShapePreserving, options) {
  static readonly className = 'LeakyReLU';
  static readonly fileFacts = { builtAtOnce: true };

  /** Keras 2 called the slope `alpha`. */
  static fromConfig({ alpha, ...config }: Config): LeakyReLU {
    return new LeakyReLU({ ...(alpha !== undefined && { negativeSlope: alpha as number }), ...config });
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return leakyRelu(floatTensor(singleTensor(this.label, inputs)), this.negativeSlope);
  }
}

/** Makes a {@link LeakyReLU}. */
export function leakyReLU(given: LeakyReLUOptions = {}): LeakyReLU {
  return new LeakyReLU(given);
}
