// The loss on what a layer puts out, which an activity regularizer adds.
import * as tf from '@tensorflow/tfjs-core';
import type { CallContext, Regularizer } from '@lamella/core';

/** Adds the regularizer's penalty for `output`, divided by the batch size as Keras does. */
export function addActivityLoss(
  regularizer: Regularizer | null,
  output: tf.Tensor,
  context: CallContext,
): void {
  if (regularizer === null) return;
  context.addLoss(tf.div(regularizer.call(output), output.shape[0] ?? 1));
}
