// What an optimizer is given for each weight.
import type * as tf from '@tensorflow/tfjs-core';
import type { Weight } from '@lamella/core';

/** A weight and its gradient, one step. */
export interface Gradient {
  readonly weight: Weight;
  readonly gradient: tf.Tensor;
}
