// AlphaDropout: dropout that keeps mean and variance, for networks of selu units.
import * as tf from '@tensorflow/tfjs-core';
import { fractionOption, optionInvalid, seedOption, withOptions, type CallContext } from '@lamella/core';
import { random, type SymbolicShape } from '@lamella/program';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { ShapePreserving } from '../shape-preserving.js';
import { checkNoiseShape, noiseShapeOption, noiseSizes } from './noise-shape.js';

/** What selu gives far below 0: minus alpha times scale. */
const dropped = -1.6732632423543772 * 1.0507009873554805;

const options = {
  /** The share of values that are dropped; at 1 it cannot train. */
  rate: fractionOption(),
  /** Default null, the model's. */
  seed: seedOption(),
  noiseShape: noiseShapeOption(),
};

/** The options of {@link AlphaDropout}. */
export type AlphaDropoutOptions = OptionsFor<typeof options>;

/**
 * In training, values become what selu saturates to, and all are scaled so that mean and variance stay.
 * Source: Klambauer and others (2017), keras.layers.AlphaDropout.
 * Shapes: any to the same. Throws: OPTION_INVALID, SHAPE_MISMATCH.
 *
 * @example
 * const y = alphaDropout({ rate: 0.1 }).apply(input({ shape: [8] }));
 */
export class AlphaDropout extends withOptions(ShapePreserving, options) {
  static readonly className = 'AlphaDropout';
  static readonly fileFacts = { builtAtOnce: true };

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    const x = floatTensor(singleTensor(this.label, inputs));
    const { rate } = this;
    if (!context.training || rate === 0) return x;
    if (rate === 1) throw optionInvalid(this.label, 'rate', 'a number below 1 to train with', rate);
    const seed = this.seed === null ? {} : { seed: this.seed };
    const kept = random.bernoulli(noiseSizes(this.label, this.noiseShape, x.shape), 1 - rate, seed);
    const scale = ((1 - rate) * (1 + rate * dropped ** 2)) ** -0.5;
    const mixed = tf.add(tf.mul(x, kept), tf.mul(tf.sub(1, kept), dropped));
    return tf.add(tf.mul(mixed, scale), -scale * dropped * rate);
  }

  protected override checkShape(shape: SymbolicShape): void {
    checkNoiseShape(this.label, this.noiseShape, shape);
  }
}

/** Makes an {@link AlphaDropout}. */
export function alphaDropout(given: AlphaDropoutOptions): AlphaDropout {
  return new AlphaDropout(given);
}
