// GaussianDropout: in training, values are multiplied by normally distributed numbers around 1.
import * as tf from '@tensorflow/tfjs-core';
import { fractionOption, optionInvalid, seedOption, withOptions, type CallContext } from '@lamella/core';
import { random } from '@lamella/program';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { ShapePreserving } from '../shape-preserving.js';

const options = {
  /** As for dropout: the deviation is sqrt(rate / (1 - rate)); at 1 it cannot train. */
  rate: fractionOption(),
  /** Default null, the model's. */
  seed: seedOption(),
};

/** The options of {@link GaussianDropout}. */
export type GaussianDropoutOptions = OptionsFor<typeof options>;

/**
 * Multiplies by noise around 1 in training, and does nothing else. Source: Srivastava and others (2014),
 * keras.layers.GaussianDropout. Shapes: any to the same. Throws: OPTION_INVALID.
 *
 * @example
 * const y = gaussianDropout({ rate: 0.2 }).apply(input({ shape: [8] }));
 */
export class GaussianDropout extends withOptions(ShapePreserving, options) {
  static readonly className = 'GaussianDropout';
  static readonly fileFacts = { builtAtOnce: true };

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    const x = floatTensor(singleTensor(this.label, inputs));
    const { rate } = this;
    if (!context.training || rate === 0) return x;
    if (rate === 1) throw optionInvalid(this.label, 'rate', 'a number below 1 to train with', rate);
    const seed = this.seed === null ? {} : { seed: this.seed };
    return tf.mul(x, random.normal(x.shape, { ...seed, mean: 1, stddev: Math.sqrt(rate / (1 - rate)) }));
  }
}

/** Makes a {@link GaussianDropout}. */
export function gaussianDropout(given: GaussianDropoutOptions): GaussianDropout {
  return new GaussianDropout(given);
}
