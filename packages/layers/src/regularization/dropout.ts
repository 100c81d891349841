// Dropout: in training, some values become 0 and the others grow, so that the mean stays.
import type * as tf from '@tensorflow/tfjs-core';
import { fractionOption, seedOption, withOptions, type CallContext } from '@lamella/core';
import { random, type SymbolicShape } from '@lamella/program';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { ShapePreserving } from '../shape-preserving.js';
import { checkNoiseShape, noiseShapeOption, noiseSizes } from './noise-shape.js';

const options = {
  /** The share of values that become 0. */
  rate: fractionOption(),
  /** Default null, the model's. */
  seed: seedOption(),
  noiseShape: noiseShapeOption(),
};

/** The options of {@link Dropout}. */
export type DropoutOptions = OptionsFor<typeof options>;

/**
 * Drops values in training, and does nothing else. Source: Srivastava and others (2014), keras.layers.Dropout.
 * Shapes: any to the same. Throws: OPTION_INVALID, SHAPE_MISMATCH.
 *
 * @example
 * const y = dropout({ rate: 0.2 }).apply(input({ shape: [8] }));
 */
export class Dropout extends withOptions(ShapePreserving, options) {
  static readonly className = 'Dropout';
  static readonly fileFacts = { builtAtOnce: true };

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    const x = floatTensor(singleTensor(this.label, inputs));
    if (!context.training || this.rate === 0) return x;
    const seed = this.seed === null ? {} : { seed: this.seed };
    return random.dropout(x, this.rate, {
      ...seed,
      noiseShape: noiseSizes(this.label, this.noiseShape, x.shape),
    });
  }

  protected override checkShape(shape: SymbolicShape): void {
    checkNoiseShape(this.label, this.noiseShape, shape);
  }
}

/** Makes a {@link Dropout}. */
export function dropout(given: DropoutOptions): Dropout {
  return new Dropout(given);
}
