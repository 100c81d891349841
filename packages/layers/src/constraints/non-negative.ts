// The constraint that weights are not negative.
import * as tf from '@tensorflow/tfjs-core';
import { Constraint, withOptions } from '@lamella/core';

/** Lifts negative weights to 0. Source: keras.constraints.NonNeg. */
export class NonNeg extends withOptions(Constraint, {}) {
  static readonly className = 'NonNeg';

  override call(weight: tf.Tensor): tf.Tensor {
    return tf.maximum(weight, 0);
  }
}

/** Weights that are not negative. */
export function nonNeg(): NonNeg {
  return new NonNeg();
}
