// Subtract: the difference of two inputs.
import * as tf from '@tensorflow/tfjs-core';
import type { LayerOptions } from '@lamella/core';
import { Merge } from './merge.js';

/** The options of {@link Subtract}. */
export type SubtractOptions = LayerOptions;

/**
 * Subtracts the second input from the first. Source: keras.layers.Subtract.
 * Shapes: several that broadcast, to what they broadcast to. Throws: INPUT_INVALID, SHAPE_MISMATCH.
 *
 * @example
 * const [a, b] = [input({ shape: [3] }), input({ shape: [3] })];
 * subtract().apply([a, b]).shape; // [null, 3]
 */
export class Subtract extends Merge {
  static readonly className = 'Subtract';

  protected override get inputCount(): number {
    return 2;
  }

  protected override merge([a, b]: readonly tf.Tensor[]): tf.Tensor {
    return tf.sub(a!, b!);
  }
}

/** Makes a {@link Subtract}. */
export function subtract(options: SubtractOptions = {}): Subtract {
  return new Subtract(options);
}
