// GaussianNoise: in training, normally distributed noise is added.
import * as tf from '@tensorflow/tfjs-core';
import { fractionOption, seedOption, withOptions, type CallContext } from '@lamella/core';
import { random } from '@lamella/program';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { ShapePreserving } from '../shape-preserving.js';

const options = {
  /** The standard deviation, from 0 to 1, as Keras has it. */
  stddev: fractionOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link GaussianNoise}. */
export type GaussianNoiseOptions = OptionsFor<typeof options>;

/**
 * Adds noise around 0 in training, and does nothing else. Source: keras.layers.GaussianNoise.
 * Shapes: any to the same. Throws: OPTION_INVALID.
 *
 * @example
 * const y = gaussianNoise({ stddev: 0.1 }).apply(input({ shape: [8] }));
 */
export class GaussianNoise extends withOptions(ShapePreserving, options) {
  static readonly className = 'GaussianNoise';
  static readonly fileFacts = { builtAtOnce: true };

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    const x = floatTensor(singleTensor(this.label, inputs));
    if (!context.training || this.stddev === 0) return x;
    const seed = this.seed === null ? {} : { seed: this.seed };
    return tf.add(x, random.normal(x.shape, { ...seed, stddev: this.stddev }));
  }
}

/** Makes a {@link GaussianNoise}. */
export function gaussianNoise(given: GaussianNoiseOptions): GaussianNoise {
  return new GaussianNoise(given);
}
