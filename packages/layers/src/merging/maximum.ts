// Maximum: the larger of its inputs.
import * as tf from '@tensorflow/tfjs-core';
import type { LayerOptions } from '@lamella/core';
import { Merge, mergeByMask } from './merge.js';

/** The options of {@link Maximum}. */
export type MaximumOptions = LayerOptions;

/**
 * Takes the larger of its inputs; masked values are left out. Source: keras.layers.Maximum.
 * Shapes: several that broadcast, to what they broadcast to. Throws: INPUT_INVALID, SHAPE_MISMATCH.
 *
 * @example
 * const [a, b] = [input({ shape: [3] }), input({ shape: [3] })];
 * maximum().apply([a, b]).shape; // [null, 3]
 */
export class Maximum extends Merge {
  static readonly className = 'Maximum';

  protected override merge(inputs: readonly tf.Tensor[], masks: readonly (tf.Tensor | null)[]): tf.Tensor {
    return mergeByMask(inputs, masks, (a, b) => tf.maximum(a, b));
  }
}

/** Makes a {@link Maximum}. */
export function maximum(options: MaximumOptions = {}): Maximum {
  return new Maximum(options);
}
