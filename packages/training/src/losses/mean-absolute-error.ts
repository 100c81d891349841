// Mean absolute error.
import * as tf from '@tensorflow/tfjs-core';
import { alignTargets } from './align-targets.js';
import { Loss, type LossOptions } from './loss.js';

/** The mean of absolute differences. Shapes: [batch, ..., d] -> [batch, ...]. */
export function meanAbsoluteErrorOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
  return tf.mean(tf.abs(tf.sub(yPred, alignTargets(yTrue, yPred, 'mean_absolute_error'))), -1);
}

/** Source: keras.losses.MeanAbsoluteError. */
export class MeanAbsoluteError extends Loss {
  static readonly className = 'MeanAbsoluteError';

  constructor(options: LossOptions = {}) {
    super('mean_absolute_error', options);
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return meanAbsoluteErrorOf(yTrue, yPred);
  }
}

/** Creates a {@link MeanAbsoluteError}. */
export function meanAbsoluteError(options: LossOptions = {}): MeanAbsoluteError {
  return new MeanAbsoluteError(options);
}
