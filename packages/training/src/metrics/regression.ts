// The errors of regression as metrics.
import { meanAbsoluteErrorOf } from '../losses/mean-absolute-error.js';
import { meanSquaredErrorOf } from '../losses/mean-squared-error.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import type { MetricOptions } from './metric.js';

/** The mean of squared differences. Source: keras.metrics.MeanSquaredError. */
export class MeanSquaredError extends MeanMetricWrapper {
  static override readonly className = 'MeanSquaredError';
  static readonly identifiers: readonly string[] = ['mean_squared_error', 'mse', 'MSE'];
  override readonly direction = 'down';

  constructor(options: MetricOptions = {}) {
    super((yTrue, yPred) => meanSquaredErrorOf(yTrue, yPred, this.label), 'mean_squared_error', options);
  }
}

/** The mean of absolute differences. Source: keras.metrics.MeanAbsoluteError. */
export class MeanAbsoluteError extends MeanMetricWrapper {
  static override readonly className = 'MeanAbsoluteError';
  static readonly identifiers: readonly string[] = ['mean_absolute_error', 'mae', 'MAE'];
  override readonly direction = 'down';

  constructor(options: MetricOptions = {}) {
    super((yTrue, yPred) => meanAbsoluteErrorOf(yTrue, yPred, this.label), 'mean_absolute_error', options);
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
