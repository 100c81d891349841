// Multiply: the product of its inputs.
import type * as tf from '@tensorflow/tfjs-core';
import type { LayerOptions } from '@lamella/core';
import { Merge, multiplyByMask } from './merge.js';

/** The options of {@link Multiply}. */
export type MultiplyOptions = LayerOptions;

/**
 * Multiplies its inputs; masked values count as 1. Source: keras.layers.Multiply.
 * Shapes: several that broadcast, to what they broadcast to. Throws: INPUT_INVALID, SHAPE_MISMATCH.
 *
 * @example
 * const [a, b] = [input({ shape: [3] }), input({ shape: [3] })];
 * multiply().apply([a, b]).shape; // [null, 3]
 */
export class Multiply extends Merge {
  static readonly className = 'Multiply';

  protected override merge(inputs: readonly tf.Tensor[], masks: readonly (tf.Tensor | null)[]): tf.Tensor {
    return multiplyByMask(inputs, masks);
  }
}

/** Makes a {@link Multiply}. */
export function multiply(options: MultiplyOptions = {}): Multiply {
  return new Multiply(options);
}
