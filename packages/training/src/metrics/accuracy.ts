// The accuracies: the share of predictions that are right, by the form of targets and predictions.
import * as tf from '@tensorflow/tfjs-core';
import { optionInvalid, type Config } from '@lamella/core';
import { alignTargets } from '../losses/align-targets.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import type { MetricOptions } from './metric.js';

/** 1 where equal. Source: keras.metrics.Accuracy. */
export class Accuracy extends MeanMetricWrapper {
  static override readonly className = 'Accuracy';

  constructor(options: MetricOptions = {}) {
    super(
      (yTrue, yPred) =>
        tf.cast(tf.equal(alignTargets(yTrue, yPred, 'accuracy'), tf.cast(yPred, 'float32')), 'float32'),
      'accuracy',
      options,
    );
  }

  override get direction(): 'up' {
    return 'up';
  }
}

export interface BinaryAccuracyOptions extends MetricOptions {
  /** Predictions above it count as 1. */
  readonly threshold?: number;
}

/** Predictions against a threshold, strictly above. Source: keras.metrics.BinaryAccuracy. */
export class BinaryAccuracy extends MeanMetricWrapper {
  static override readonly className = 'BinaryAccuracy';
  private readonly threshold: number;

  constructor(options: BinaryAccuracyOptions = {}) {
    const threshold = options.threshold ?? 0.5;
    if (!(threshold > 0 && threshold < 1))
      throw optionInvalid('BinaryAccuracy', 'threshold', 'a number between 0 and 1', threshold);
    super(
      (yTrue, yPred) =>
        tf.mean(
          tf.cast(
            tf.equal(
              alignTargets(yTrue, yPred, 'binary_accuracy'),
              tf.cast(tf.greater(yPred, threshold), 'float32'),
            ),
            'float32',
          ),
          -1,
        ),
      'binary_accuracy',
      options,
    );
    this.threshold = threshold;
  }

  override get direction(): 'up' {
    return 'up';
  }

  override getConfig(): Config {
    return { ...super.getConfig(), threshold: this.threshold };
  }
}

/** The largest prediction against one-hot targets. Source: keras.metrics.CategoricalAccuracy. */
export class CategoricalAccuracy extends MeanMetricWrapper {
  static override readonly className = 'CategoricalAccuracy';

  constructor(options: MetricOptions = {}) {
    super(
      (yTrue, yPred) => tf.cast(tf.equal(tf.argMax(yTrue, -1), tf.argMax(yPred, -1)), 'float32'),
      'categorical_accuracy',
      options,
    );
  }

  override get direction(): 'up' {
    return 'up';
  }
}

/** The largest prediction against integer labels. Source: keras.metrics.SparseCategoricalAccuracy. */
export class SparseCategoricalAccuracy extends MeanMetricWrapper {
  static override readonly className = 'SparseCategoricalAccuracy';

  constructor(options: MetricOptions = {}) {
    super(
      (yTrue, yPred) => tf.cast(tf.equal(integerLabels(yTrue, yPred), tf.argMax(yPred, -1)), 'float32'),
      'sparse_categorical_accuracy',
      options,
    );
  }

  override get direction(): 'up' {
    return 'up';
  }
}

export interface TopKOptions extends MetricOptions {
  readonly k?: number;
}

/** Whether the target class is among the `k` largest predictions. Source: keras.metrics.TopKCategoricalAccuracy. */
export class TopKCategoricalAccuracy extends MeanMetricWrapper {
  static override readonly className = 'TopKCategoricalAccuracy';
  private readonly k: number;

  constructor(options: TopKOptions = {}) {
    const { k = 5 } = options;
    super((yTrue, yPred) => inTopK(tf.argMax(yTrue, -1), yPred, k), 'top_k_categorical_accuracy', options);
    this.k = k;
  }

  override get direction(): 'up' {
    return 'up';
  }

  override getConfig(): Config {
    return { ...super.getConfig(), k: this.k };
  }
}

/** Whether the integer label is among the `k` largest predictions. Source: keras.metrics.SparseTopKCategoricalAccuracy. */
export class SparseTopKCategoricalAccuracy extends MeanMetricWrapper {
  static override readonly className = 'SparseTopKCategoricalAccuracy';
  private readonly k: number;

  constructor(options: TopKOptions = {}) {
    const { k = 5 } = options;
    super(
      (yTrue, yPred) => inTopK(integerLabels(yTrue, yPred), yPred, k),
      'sparse_top_k_categorical_accuracy',
      options,
    );
    this.k = k;
  }

  override get direction(): 'up' {
    return 'up';
  }

  override getConfig(): Config {
    return { ...super.getConfig(), k: this.k };
  }
}

function integerLabels(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
  const squeezed =
    yTrue.rank === yPred.rank && yTrue.shape[yTrue.rank - 1] === 1
      ? tf.reshape(yTrue, yTrue.shape.slice(0, -1))
      : yTrue;
  return tf.cast(squeezed, 'int32');
}

/** A label is in the top k where fewer than k predictions are larger than its own. */
function inTopK(labels: tf.Tensor, yPred: tf.Tensor, k: number): tf.Tensor {
  const classes = yPred.shape[yPred.rank - 1]!;
  const own = tf.sum(tf.mul(tf.cast(tf.oneHot(labels, classes), 'float32'), yPred), -1, true);
  const larger = tf.sum(tf.cast(tf.greater(yPred, own), 'float32'), -1);
  return tf.cast(tf.less(larger, k), 'float32');
}

/** Creates an {@link Accuracy}. */
export function accuracy(options: MetricOptions = {}): Accuracy {
  return new Accuracy(options);
}

/** Creates a {@link BinaryAccuracy}. */
export function binaryAccuracy(options: BinaryAccuracyOptions = {}): BinaryAccuracy {
  return new BinaryAccuracy(options);
}

/** Creates a {@link CategoricalAccuracy}. */
export function categoricalAccuracy(options: MetricOptions = {}): CategoricalAccuracy {
  return new CategoricalAccuracy(options);
}

/** Creates a {@link SparseCategoricalAccuracy}. */
export function sparseCategoricalAccuracy(options: MetricOptions = {}): SparseCategoricalAccuracy {
  return new SparseCategoricalAccuracy(options);
}

/** Creates a {@link TopKCategoricalAccuracy}. */
export function topKCategoricalAccuracy(options: TopKOptions = {}): TopKCategoricalAccuracy {
  return new TopKCategoricalAccuracy(options);
}

/** Creates a {@link SparseTopKCategoricalAccuracy}. */
export function sparseTopKCategoricalAccuracy(options: TopKOptions = {}): SparseTopKCategoricalAccuracy {
  return new SparseTopKCategoricalAccuracy(options);
}
