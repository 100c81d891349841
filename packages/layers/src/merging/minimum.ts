// Minimum: the smaller of its inputs.
import * as tf from '@tensorflow/tfjs-core';
import type { LayerOptions } from '@lamella/core';
import { Merge, mergeByMask } from './merge.js';

/** The options of {@link Minimum}. */
export type MinimumOptions = LayerOptions;

/**
 * Takes the smaller of its inputs; masked values are left out. Source: keras.layers.Minimum.
 * Shapes: several that broadcast, to what they broadcast to. Throws: INPUT_INVALID, SHAPE_MISMATCH.
 *
 * @example
 * const [a, b] = [input({ shape: [3] }), input({ shape: [3] })];
 * minimum().apply([a, b]).shape; // [null, 3]
 */
export class Minimum extends Merge {
  static readonly className = 'Minimum';

  protected override merge(inputs: readonly tf.Tensor[], masks: readonly (tf.Tensor | null)[]): tf.Tensor {
    return mergeByMask(inputs, masks, (a, b) => tf.minimum(a, b));
  }
}

/** Makes a {@link Minimum}. */
export function minimum(options: MinimumOptions = {}): Minimum {
  return new Minimum(options);
}
