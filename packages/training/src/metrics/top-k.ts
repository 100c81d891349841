// Top-k accuracies: whether the target is among the k largest predictions.
import * as tf from '@tensorflow/tfjs-core';
import { booleanOption, positiveIntegerOption, withOptions, type GivenOptions } from '@lamella/core';
import { integerLabels, largestTarget } from './accuracy.js';
import { SampleMean } from './mean-metric-wrapper.js';
import type { MetricOptions } from './metric.js';

const options = {
  /** How many predictions count. Default 5. */
  k: positiveIntegerOption(5),
};

/** The options of {@link TopKCategoricalAccuracy}. */
export type TopKOptions = MetricOptions & GivenOptions<typeof options>;

const sparseOptions = {
  ...options,
  /** Whether predictions are numbers of classes, the best first, in place of a score for each class. Default false. */
  fromSortedIds: { ...booleanOption(false), write: (isSorted: boolean) => isSorted || undefined },
};

/** The options of {@link SparseTopKCategoricalAccuracy}. */
export type SparseTopKOptions = MetricOptions & GivenOptions<typeof sparseOptions>;

/** Whether the target class is among the `k` largest predictions. Source: keras.metrics.TopKCategoricalAccuracy. */
export class TopKCategoricalAccuracy extends withOptions(SampleMean, options) {
  static override readonly className = 'TopKCategoricalAccuracy';
  override readonly direction = 'up';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return inTopK(largestTarget(yTrue, yPred, this.label), yPred, this.k);
  }
}

/** Whether the integer label is among the `k` largest predictions. Source: keras.metrics.SparseTopKCategoricalAccuracy. */
export class SparseTopKCategoricalAccuracy extends withOptions(SampleMean, sparseOptions) {
  static override readonly className = 'SparseTopKCategoricalAccuracy';
  override readonly direction = 'up';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const labels = integerLabels(yTrue, yPred, this.label);
    return this.fromSortedIds ? amongFirst(labels, yPred, this.k) : inTopK(labels, yPred, this.k);
  }
}

/** Creates a {@link TopKCategoricalAccuracy}. */
export function topKCategoricalAccuracy(given: TopKOptions = {}): TopKCategoricalAccuracy {
  return new TopKCategoricalAccuracy(given);
}

/** Creates a {@link SparseTopKCategoricalAccuracy}. */
export function sparseTopKCategoricalAccuracy(given: SparseTopKOptions = {}): SparseTopKCategoricalAccuracy {
  return new SparseTopKCategoricalAccuracy(given);
}

/** A label is in the top k where fewer than k predictions are larger than its own. */
function inTopK(labels: tf.Tensor, yPred: tf.Tensor, k: number): tf.Tensor {
  const classes = yPred.shape[yPred.rank - 1]!;
  const own = tf.sum(tf.mul(tf.cast(tf.oneHot(labels, classes), 'float32'), yPred), -1, true);
  const larger = tf.sum(tf.cast(tf.greater(yPred, own), 'float32'), -1);
  return tf.cast(tf.less(larger, k), 'float32');
}

/** Whether the label is one of the first k numbers of its row. */
function amongFirst(labels: tf.Tensor, ids: tf.Tensor, k: number): tf.Tensor {
  const from = ids.shape.map(() => 0);
  const size = ids.shape.map((all, axis) => (axis === ids.rank - 1 ? Math.min(k, all) : all));
  const same = tf.equal(tf.cast(tf.expandDims(labels, -1), ids.dtype), tf.slice(ids, from, size));
  return tf.cast(tf.any(same, -1), 'float32');
}
