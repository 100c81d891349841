// Mean squared error.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions } from '@lamella/core';
import { align } from './align.js';
import { Loss, type LossOptions } from './loss.js';

/** The mean of squared differences. Shapes: [batch, ..., d] -> [batch, ...]. */
export function meanSquaredErrorOf(
  yTrue: tf.Tensor,
  yPred: tf.Tensor,
  subject = 'mean_squared_error',
): tf.Tensor {
  const [target, prediction] = align(yTrue, yPred, subject);
  return tf.mean(tf.square(tf.sub(prediction, target)), -1);
}

/** Source: keras.losses.MeanSquaredError. */
export class MeanSquaredError extends withOptions(Loss, {}) {
  static readonly className = 'MeanSquaredError';
  static readonly identifiers: readonly string[] = ['mean_squared_error', 'mse', 'MSE'];

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return meanSquaredErrorOf(yTrue, yPred, this.label);
  }
}

/** Creates a {@link MeanSquaredError}. */
export function meanSquaredError(options: LossOptions = {}): MeanSquaredError {
  return new MeanSquaredError(options);
}
