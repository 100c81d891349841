// A metric that is the mean of a function of targets and predictions: accuracies, errors, cross-entropies.
import * as tf from '@tensorflow/tfjs-core';
import { product } from '../losses/reduce.js';
import { Mean } from './mean.js';
import type { MetricOptions } from './metric.js';

/** One value for each sample. Shapes: [batch, ..., d] -> [batch, ...]. */
export type MetricFunction = (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor;

/**
 * The running mean of a function. Source: keras.metrics.MeanMetricWrapper.
 *
 * @example
 * const largestError = new MeanMetricWrapper((yTrue, yPred) => tf.max(tf.abs(tf.sub(yTrue, yPred)), -1), 'largest_error');
 */
export class MeanMetricWrapper extends Mean {
  static override readonly className: string = 'MeanMetricWrapper';

  constructor(
    private readonly fn: MetricFunction,
    defaultName: string,
    options: MetricOptions = {},
  ) {
    super(options, defaultName);
  }

  override update(
    yTrue: tf.Tensor,
    yPred: tf.Tensor,
    sampleWeight: tf.Tensor | null = null,
    mask: tf.Tensor | null = null,
  ): void {
    const values = this.fn(yTrue, yPred);
    const weight = mask === null ? sampleWeight : product(sampleWeight, tf.cast(mask, 'float32'), values);
    // As in Keras: without weights, what does not count stays in the number that the sum is divided by.
    const valid = weight === null ? null : this.validMask(yTrue, yPred);
    this.updateValues(values, valid === null ? weight : product(weight, tf.cast(valid, 'float32'), values));
  }

  /** Which values count, for a metric that leaves some out; null for all. */
  protected validMask(_yTrue: tf.Tensor, _yPred: tf.Tensor): tf.Tensor | null {
    return null;
  }
}
