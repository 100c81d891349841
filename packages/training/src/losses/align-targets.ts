// Targets and predictions of one rank: a trailing axis of size 1 is dropped or added, as Keras does before every loss.
import * as tf from '@tensorflow/tfjs-core';
import { broadcastable, formatShape, shapeMismatch } from '@lamella/program';

/** `yTrue` as float32 in the rank of `yPred`. */
export function alignTargets(yTrue: tf.Tensor, yPred: tf.Tensor, subject: string): tf.Tensor {
  let aligned = yTrue.dtype === 'float32' ? yTrue : tf.cast(yTrue, 'float32');
  if (aligned.rank === yPred.rank - 1 && yPred.shape[yPred.rank - 1] === 1)
    aligned = tf.reshape(aligned, [...aligned.shape, 1]);
  else if (aligned.rank === yPred.rank + 1 && aligned.shape[aligned.rank - 1] === 1)
    aligned = tf.reshape(aligned, aligned.shape.slice(0, -1));
  if (!broadcastable(aligned.shape, yPred.shape)) {
    throw shapeMismatch(
      subject,
      `expected targets of the predictions' shape ${formatShape(yPred.shape)}, got ${formatShape(yTrue.shape)}`,
      'one-hot targets with toCategorical(), or use a sparse loss for integer labels',
    );
  }
  return aligned;
}
