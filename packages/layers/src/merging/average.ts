// Average: the mean of its inputs.
import * as tf from '@tensorflow/tfjs-core';
import type { LayerOptions } from '@lamella/core';
import { floatTensor } from '../options/single-input.js';
import { Merge } from './merge.js';

/** The options of {@link Average}. */
export type AverageOptions = LayerOptions;

/**
 * Averages its inputs. Source: keras.layers.Average.
 * Shapes: several that broadcast, to what they broadcast to. Throws: INPUT_INVALID, SHAPE_MISMATCH.
 *
 * @example
 * const [a, b] = [input({ shape: [3] }), input({ shape: [3] })];
 * average().apply([a, b]).shape; // [null, 3]
 */
export class Average extends Merge {
  static readonly className = 'Average';

  protected override merge(inputs: readonly tf.Tensor[]): tf.Tensor {
    return tf.div(
      inputs.map(floatTensor).reduce((a, b) => tf.add(a, b)),
      inputs.length,
    );
  }
}

/** Makes an {@link Average}. */
export function average(options: AverageOptions = {}): Average {
  return new Average(options);
}
