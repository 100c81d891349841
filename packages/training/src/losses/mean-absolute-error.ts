// Mean absolute error.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions } from '@lamella/core';
import { align } from './align.js';
import { Loss, type LossOptions } from './loss.js';

/** The mean of absolute differences. Shapes: [batch, ..., d] -> [batch, ...]. */
export function meanAbsoluteErrorOf(
  yTrue: tf.Tensor,
  yPred: tf.Tensor,
  subject = 'mean_absolute_error',
): tf.Tensor {
  const [target, prediction] = align(yTrue, yPred, subject);
  return tf.mean(tf.abs(tf.sub(prediction, target)), -1);
}

/** Source: keras.losses.MeanAbsoluteError. */
export class MeanAbsoluteError extends withOptions(Loss, {}) {
  static readonly className = 'MeanAbsoluteError';
  static readonly identifiers: readonly string[] = ['mean_absolute_error', 'mae', 'MAE'];

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return meanAbsoluteErrorOf(yTrue, yPred, this.label);
  }
}

/** Creates a {@link MeanAbsoluteError}. */
export function meanAbsoluteError(options: LossOptions = {}): MeanAbsoluteError {
  return new MeanAbsoluteError(options);
}
