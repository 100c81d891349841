// The errors of regression as metrics.
import type * as tf from '@tensorflow/tfjs-core';
import { meanAbsoluteErrorOf } from '../losses/mean-absolute-error.js';
import { meanSquaredErrorOf } from '../losses/mean-squared-error.js';
import { SampleMean } from './mean-metric-wrapper.js';
import type { MetricOptions } from './metric.js';

/** The mean of squared differences. Source: keras.metrics.MeanSquaredError. */
export class MeanSquaredError extends SampleMean {
  static override readonly className = 'MeanSquaredError';
  static readonly identifiers: readonly string[] = ['mean_squared_error', 'mse', 'MSE'];
  override readonly direction = 'down';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return meanSquaredErrorOf(yTrue, yPred, this.label);
  }
}

/** The mean of absolute differences. Source: keras.metrics.MeanAbsoluteError. */
export class MeanAbsoluteError extends SampleMean {
  static override readonly className = 'MeanAbsoluteError';
  static readonly identifiers: readonly string[] = ['mean_absolute_error', 'mae', 'MAE'];
  override readonly direction = 'down';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return meanAbsoluteErrorOf(yTrue, yPred, this.label);
  }
}

/** Creates a {@link MeanSquaredError}. */
export function meanSquaredError(options: MetricOptions = {}): MeanSquaredError {
  return new MeanSquaredError(options);
}

/** Creates a {@link MeanAbsoluteError}. */
export function meanAbsoluteError(options: MetricOptions = {}): MeanAbsoluteError {
  return new MeanAbsoluteError(options);
}
