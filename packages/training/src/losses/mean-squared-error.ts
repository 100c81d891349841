// Mean squared error.
import * as tf from '@tensorflow/tfjs-core';
import { alignTargets } from './align-targets.js';
import { Loss, type LossOptions } from './loss.js';

/** The mean of squared differences. Shapes: [batch, ..., d] -> [batch, ...]. */
export function meanSquaredErrorOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
  return tf.mean(tf.square(tf.sub(yPred, alignTargets(yTrue, yPred, 'mean_squared_error'))), -1);
}

/** Source: keras.losses.MeanSquaredError. */
export class MeanSquaredError extends Loss {
  static readonly className = 'MeanSquaredError';

  constructor(options: LossOptions = {}) {
    super('mean_squared_error', options);
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return meanSquaredErrorOf(yTrue, yPred);
  }
}

/** Creates a {@link MeanSquaredError}. */
export function meanSquaredError(options: LossOptions = {}): MeanSquaredError {
  return new MeanSquaredError(options);
}
