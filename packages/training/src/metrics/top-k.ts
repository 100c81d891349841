// Top-k accuracies: whether the target is among the k largest predictions.
import * as tf from '@tensorflow/tfjs-core';
import { optionInvalid, type Config } from '@lamella/core';
import { integerLabels, largestTarget } from './accuracy.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import type { MetricOptions } from './metric.js';

export interface TopKOptions extends MetricOptions {
  /** Default 5. */
  readonly k?: number;
}

/** Whether the target class is among the `k` largest predictions. Source: keras.metrics.TopKCategoricalAccuracy. */
export class TopKCategoricalAccuracy extends MeanMetricWrapper {
  static override readonly className = 'TopKCategoricalAccuracy';
  override readonly direction = 'up';
  private readonly k: number;

  constructor(options: TopKOptions = {}) {
    const k = checkedK(options.k);
    super(
      (yTrue, yPred) => inTopK(largestTarget(yTrue, yPred, this.label), yPred, k),
      'top_k_categorical_accuracy',
      options,
    );
    this.k = k;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), k: this.k };
  }
}

/** Whether the integer label is among the `k` largest predictions. Source: keras.metrics.SparseTopKCategoricalAccuracy. */
export class SparseTopKCategoricalAccuracy extends MeanMetricWrapper {
  static override readonly className = 'SparseTopKCategoricalAccuracy';
  override readonly direction = 'up';
  private readonly k: number;

  constructor(options: TopKOptions = {}) {
    const k = checkedK(options.k);
    super(
      (yTrue, yPred) => inTopK(integerLabels(yTrue, yPred, this.label), yPred, k),
      'sparse_top_k_categorical_accuracy',
      options,
    );
    this.k = k;
  }

  override getConfig(): Config {
    return { ...super.getConfig(), k: this.k };
  }
}

/** Creates a {@link TopKCategoricalAccuracy}. */
export function topKCategoricalAccuracy(options: TopKOptions = {}): TopKCategoricalAccuracy {
  return new TopKCategoricalAccuracy(options);
}

/** Creates a {@link SparseTopKCategoricalAccuracy}. */
export function sparseTopKCategoricalAccuracy(options: TopKOptions = {}): SparseTopKCategoricalAccuracy {
  return new SparseTopKCategoricalAccuracy(options);
}

function checkedK(k = 5): number {
  if (!(Number.isInteger(k) && k > 0))
    throw optionInvalid('Top-k accuracy', 'k', 'a positive whole number', k);
  return k;
}

/** A label is in the top k where fewer than k predictions are larger than its own. */
function inTopK(labels: tf.Tensor, yPred: tf.Tensor, k: number): tf.Tensor {
  const classes = yPred.shape[yPred.rank - 1]!;
  const own = tf.sum(tf.mul(tf.cast(tf.oneHot(labels, classes), 'float32'), yPred), -1, true);
  const larger = tf.sum(tf.cast(tf.greater(yPred, own), 'float32'), -1);
  return tf.cast(tf.less(larger, k), 'float32');
}
