// Scaling to length 1 along an axis, as Keras' normalize does it.
import * as tf from '@tensorflow/tfjs-core';

/** The tensor divided by its Euclidean norm along `axis`; squares below 1e-12 count as 1e-12. */
export function unitLength(x: tf.Tensor, axis: number): tf.Tensor {
  const squares = tf.sum(tf.square(x), axis, true);
  return tf.mul(x, tf.rsqrt(tf.maximum(squares, 1e-12)));
}
