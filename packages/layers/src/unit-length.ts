// Scaling to length 1 along axes, as Keras' normalize does it.
import * as tf from '@tensorflow/tfjs-core';

/** The tensor divided by its Euclidean norm along `axes`; sums of squares below `least` count as that. */
export function unitLength(x: tf.Tensor, axes: number | number[], least = 1e-12): tf.Tensor {
  const squares = tf.sum(tf.square(x), axes, true);
  return tf.mul(x, tf.rsqrt(tf.maximum(squares, least)));
}
