// A metric that is the mean of a function of targets and predictions: accuracies, errors, cross-entropies.
import * as tf from '@tensorflow/tfjs-core';
import { product } from '../losses/reduce.js';
import { Mean } from './mean.js';

/** One value for each sample. Shapes: [batch, ..., d] -> [batch, ...]. */
export type MetricFunction = (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.Tensor;

/** The running mean of one value for each sample: subclasses say which. */
export abstract class SampleMean extends Mean {
  /** One value for each sample. Shapes: [batch, ..., d] -> [batch, ...]. */
  protected abstract valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor;

  override update(
    yTrue: tf.Tensor,
    yPred: tf.Tensor,
    sampleWeight: tf.Tensor | null = null,
    mask: tf.Tensor | null = null,
  ): void {
    const values = this.valuesOf(yTrue, yPred);
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

/**
 * The running mean of a function. Source: keras.metrics.MeanMetricWrapper.
 *
 * @example
 * const largestError = new MeanMetricWrapper((yTrue, yPred) => tf.max(tf.abs(tf.sub(yTrue, yPred)), -1), 'largest_error');
 */
export class MeanMetricWrapper extends SampleMean {
  static override readonly className = 'MeanMetricWrapper';

  constructor(
    private readonly fn: MetricFunction,
    name: string,
  ) {
    super({ name });
  }

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return this.fn(yTrue, yPred);
  }
}
