// Unit vectors as kernels make them: tf.eye fills an array on the host, as large as a file may say.
import * as tf from '@tensorflow/tfjs-core';

/** The first `count` unit vectors as rows: with `size` of them the identity matrix. Shapes: [count, size]. */
export const unitVectors = (size: number, count = size): tf.Tensor =>
  tf.cast(tf.oneHot(tf.range(0, count, 1, 'int32') as tf.Tensor1D, size), 'float32');
