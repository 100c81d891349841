// A metric that is the mean of a function of targets and predictions: accuracies, errors, cross-entropies.
import type * as tf from '@tensorflow/tfjs-core';
import { Metric, type MetricOptions } from './metric.js';
import { Mean } from './mean.js';
import type { Weight } from '@lamella/core';

/** One value for each sample. Shapes: [batch, ..., d] -> [batch, ...]. */
export type MetricFunction = (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor;

/** The running mean of `fn`. Source: keras.metrics.MeanMetricWrapper. */
export class MeanMetricWrapper extends Metric {
  static readonly className: string = 'MeanMetricWrapper';
  private readonly values: Mean;

  constructor(
    private readonly fn: MetricFunction,
    defaultName: string,
    options: MetricOptions = {},
  ) {
    super(defaultName, options);
    this.values = new Mean({ name: this.name });
  }

  override update(yTrue: tf.Tensor, yPred: tf.Tensor, sampleWeight: tf.Tensor | null): void {
    this.values.updateValues(this.fn(yTrue, yPred), sampleWeight);
  }

  override result(): tf.Tensor {
    return this.values.result();
  }

  override get state(): Weight[] {
    return this.values.state;
  }

  override reset(): void {
    this.values.reset();
  }
}
