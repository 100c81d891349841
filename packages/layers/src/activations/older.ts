// Activation functions of Keras 2 that compute something else than those of the same name today.
import * as tf from '@tensorflow/tfjs-core';
import type { NamedFunctionReference } from '@lamella/core';
import { floatTensor } from '../options/single-input.js';

/**
 * 0.2 x + 0.5 between 0 and 1: what Keras 2 and TensorFlow.js call `hard_sigmoid`. Models in their files have it, and it goes
 * with them into every format.
 */
export const hardSigmoidOfKeras2: NamedFunctionReference & ((x: tf.Tensor) => tf.Tensor) = Object.assign(
  (x: tf.Tensor): tf.Tensor => tf.clipByValue(tf.add(tf.mul(floatTensor(x), 0.2), 0.5), 0, 1),
  { functionName: 'lamella>hard_sigmoid_of_keras_2' },
);
