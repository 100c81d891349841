// Dropout: in training, some values become 0 and the others grow, so that the mean stays.
import type * as tf from '@tensorflow/tfjs-core';
import {
  fractionOption,
  option,
  optionInvalid,
  orNull,
  seedOption,
  withOptions,
  type CallContext,
} from '@lamella/core';
import { formatShape, random, shapeMismatch, type SymbolicShape } from '@lamella/program';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { ShapePreserving } from '../shape-preserving.js';

const options = {
  /** The share of values that become 0. */
  rate: fractionOption(),
  /** Default null, the model's. */
  seed: seedOption(),
  /** The shape in which the choice is made, then broadcast: [null, 1] drops whole rows; null is the input's size. Default null. */
  noiseShape: orNull(
    option<SymbolicShape>({
      check: (subject, name, given) => {
        const isSize = (size: unknown): boolean =>
          size === null || (Number.isInteger(size) && (size as number) > 0);
        if (Array.isArray(given) && given.every(isSize)) return [...given] as SymbolicShape;
        throw optionInvalid(subject, name, 'a list of positive integers and nulls', given);
      },
    }),
  ),
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
    return random.dropout(x, this.rate, { ...seed, noiseShape: this.noiseFor(x.shape) });
  }

  protected override checkShape(shape: SymbolicShape): void {
    const noise = this.noiseShape;
    if (noise === null) return;
    const broadcasts =
      noise.length === shape.length &&
      noise.every(
        (size, axis) => size === null || size === 1 || shape[axis] === null || size === shape[axis],
      );
    if (broadcasts) return;
    throw shapeMismatch(
      this.label,
      `noiseShape ${formatShape(noise)} does not broadcast to the input ${formatShape(shape)}`,
      'give it as many sizes as the input has axes, each 1, null or the size of that axis',
    );
  }

  private noiseFor(shape: readonly number[]): readonly number[] {
    this.checkShape(shape);
    return this.noiseShape?.map((size, axis) => size ?? shape[axis]!) ?? shape;
  }
}

/** Makes a {@link Dropout}. */
export function dropout(given: DropoutOptions): Dropout {
  return new Dropout(given);
}
