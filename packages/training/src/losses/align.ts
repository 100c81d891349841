// Targets and predictions of one rank: a trailing axis of size 1 is dropped or added, as Keras does before every loss.
import * as tf from '@tensorflow/tfjs-core';
import { formatShape, shapeMismatch } from '@lamella/program';

/**
 * `yTrue`, as float32, and `yPred` in one rank; targets may have size 1 where they hold for a whole axis.
 * Throws: SHAPE_MISMATCH with `subject`, the loss or the metric.
 */
export function align(yTrue: tf.Tensor, yPred: tf.Tensor, subject: string): [tf.Tensor, tf.Tensor] {
  const [target, prediction] = sameRank(tf.cast(yTrue, 'float32'), yPred);
  const fits =
    target.rank === prediction.rank &&
    target.shape.every((size, axis) => size === prediction.shape[axis] || (size === 1 && axis > 0));
  if (!fits) throw targetsMismatch(subject, yPred.shape, yTrue.shape);
  return [target, prediction];
}

/** What every loss and metric says of targets that do not fit the predictions. */
export function targetsMismatch(subject: string, expected: readonly number[], got: readonly number[]): Error {
  return shapeMismatch(
    subject,
    `expected targets of the predictions' shape ${formatShape(expected)}, got ${formatShape(got)}`,
    'one-hot integer labels with toCategorical(), or use a sparse loss and sparse metrics for them',
  );
}

function sameRank(a: tf.Tensor, b: tf.Tensor): [tf.Tensor, tf.Tensor] {
  if (a.rank === b.rank + 1 && a.shape[a.rank - 1] === 1)
    return b.rank === 1 ? [a, tf.expandDims(b, -1)] : [tf.squeeze(a, [-1]), b];
  if (b.rank === a.rank + 1 && b.shape[b.rank - 1] === 1)
    return a.rank === 1 ? [tf.expandDims(a, -1), b] : [a, tf.squeeze(b, [-1])];
  return [a, b];
}
