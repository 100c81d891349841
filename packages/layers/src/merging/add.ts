// Add: the sum of its inputs.
import * as tf from '@tensorflow/tfjs-core';
import type { LayerOptions } from '@lamella/core';
import { Merge } from './merge.js';

/** The options of {@link Add}. */
export type AddOptions = LayerOptions;

/**
 * Adds its inputs. Source: keras.layers.Add.
 * Shapes: several that broadcast, to what they broadcast to. Throws: INPUT_INVALID, SHAPE_MISMATCH.
 *
 * @example
 * const [a, b] = [input({ shape: [3] }), input({ shape: [3] })];
 * add().apply([a, b]).shape; // [null, 3]
 */
export class Add extends Merge {
  static readonly className = 'Add';

  protected override merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    return inputs.reduce((a, b) => tf.add(a, b));
  }
}

/** Makes an {@link Add}. */
export function add(options: AddOptions = {}): Add {
  return new Add(options);
}
