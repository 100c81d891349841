// Top-k accuracies: whether the target is among the k largest predictions.
import * as tf from '@tensorflow/tfjs-core';
import { positiveIntegerOption, withOptions, type GivenOptions } from '@lamella/core';
import { integerLabels, largestTarget } from './accuracy.js';
import { SampleMean } from './mean-metric-wrapper.js';
import type { MetricOptions } from './metric.js';

const options = {
  /** How many predictions count. Default 5. */
  k: positiveIntegerOption(5),
};

/** The options of {@link TopKCategoricalAccuracy} and {@link SparseTopKCategoricalAccuracy}. */
export type TopKOptions = MetricOptions & GivenOptions<typeof options>;

/** Whether the target class is among the `k` largest predictions. Source: keras.metrics.TopKCategoricalAccuracy. */
export class TopKCategoricalAccuracy extends withOptions(SampleMean, options) {
  static override readonly className = 'TopKCategoricalAccuracy';
  override readonly direction = 'up';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return inTopK(largestTarget(yTrue, yPred, this.label), yPred, this.k);
  }
}

/** Whether the integer label is among the `k` largest predictions. Source: keras.metrics.SparseTopKCategoricalAccuracy. */
export class SparseTopKCategoricalAccuracy extends withOptions(SampleMean, options) {
  static override readonly className = 'SparseTopKCategoricalAccuracy';
  override readonly direction = 'up';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return inTopK(integerLabels(yTrue, yPred, this.label), yPred, this.k);
  }
}

/** Creates a {@link TopKCategoricalAccuracy}. */
export function topKCategoricalAccuracy(given: TopKOptions = {}): TopKCategoricalAccuracy {
  return new TopKCategoricalAccuracy(given);
}

/** Creates a {@link SparseTopKCategoricalAccuracy}. */
export function sparseTopKCategoricalAccuracy(given: TopKOptions = {}): SparseTopKCategoricalAccuracy {
  return new SparseTopKCategoricalAccuracy(given);
}

/** A label is in the top k where fewer than k predictions are larger than its own. */
function inTopK(labels: tf.Tensor, yPred: tf.Tensor, k: number): tf.Tensor {
  const classes = yPred.shape[yPred.rank - 1]!;
  const own = tf.sum(tf.mul(tf.cast(tf.oneHot(labels, classes), 'float32'), yPred), -1, true);
  const larger = tf.sum(tf.cast(tf.greater(yPred, own), 'float32'), -1);
  return tf.cast(tf.less(larger, k), 'float32');
}
