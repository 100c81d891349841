// Dropout: in training, some values become 0 and the others grow, so that the mean stays.
import type * as tf from '@tensorflow/tfjs-core';
import { optionInvalid, type CallContext, type Config, type LayerOptions } from '@lamella/core';
import { formatShape, random, shapeMismatch, type SymbolicShape } from '@lamella/program';
import { seedOrNull, share } from '../options/checks.js';
import { floatTensor, singleTensor } from '../options/single-input.js';
import { ShapePreserving } from '../shape-preserving.js';

/** The options of {@link Dropout}. */
export interface DropoutOptions extends LayerOptions {
  /** The share of values that become 0. */
  readonly rate: number;
  /** The shape in which the choice is made, then broadcast: [null, 1] drops whole rows; null is the input's size. */
  readonly noiseShape?: SymbolicShape | null;
  readonly seed?: number | null;
}

/**
 * Drops values in training, and does nothing else. Source: Srivastava and others (2014), keras.layers.Dropout.
 * Shapes: any to the same. Throws: OPTION_INVALID, SHAPE_MISMATCH.
 *
 * @example
 * const y = dropout({ rate: 0.2 }).apply(input({ shape: [8] }));
 */
export class Dropout extends ShapePreserving {
  static readonly className = 'Dropout';
  readonly rate: number;
  readonly noiseShape: SymbolicShape | null;
  readonly seed: number | null;

  constructor(options: DropoutOptions) {
    super(options);
    this.rate = share(this.label, 'rate', options.rate);
    this.seed = seedOrNull(this.label, options.seed);
    const noiseShape = options.noiseShape ?? null;
    if (
      noiseShape !== null &&
      !(
        Array.isArray(noiseShape) &&
        noiseShape.every((size) => size === null || (Number.isInteger(size) && size > 0))
      )
    ) {
      throw optionInvalid(this.label, 'noiseShape', 'a list of positive integers and nulls', noiseShape);
    }
    this.noiseShape = noiseShape === null ? null : [...noiseShape];
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    const x = floatTensor(singleTensor(this.label, inputs));
    if (!context.training || this.rate === 0) return x;
    const seed = this.seed === null ? {} : { seed: this.seed };
    return random.dropout(x, this.rate, { ...seed, noiseShape: this.noiseFor(x.shape) });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), rate: this.rate, seed: this.seed, noiseShape: this.noiseShape };
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
export function dropout(options: DropoutOptions): Dropout {
  return new Dropout(options);
}
