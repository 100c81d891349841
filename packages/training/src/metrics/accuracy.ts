// The accuracies: the share of predictions that are right, by the form of targets and predictions.
import * as tf from '@tensorflow/tfjs-core';
import { option, optionInvalid, withOptions, type GivenOptions } from '@lamella/core';
import { formatShape, sameShape, shapeMismatch } from '@lamella/program';
import { align, targetsMismatch } from '../losses/align.js';
import { SampleMean } from './mean-metric-wrapper.js';
import type { MetricOptions } from './metric.js';

/** 1 where equal. Source: keras.metrics.Accuracy. */
export class Accuracy extends SampleMean {
  static override readonly className = 'Accuracy';
  override readonly direction = 'up';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const [target, prediction] = align(yTrue, yPred, this.label);
    return tf.cast(tf.equal(target, tf.cast(prediction, 'float32')), 'float32');
  }
}

const binaryOptions = {
  /** Predictions above it count as 1. Default 0.5. */
  threshold: option<number>({
    check: (subject, name, given) => {
      if (typeof given === 'number' && given > 0 && given < 1) return given;
      throw optionInvalid(subject, name, 'a number between 0 and 1', given);
    },
    default: 0.5,
    isFloat: true,
  }),
};

/** The options of {@link BinaryAccuracy}. */
export type BinaryAccuracyOptions = MetricOptions & GivenOptions<typeof binaryOptions>;

/** Predictions against a threshold, strictly above. Source: keras.metrics.BinaryAccuracy. */
export class BinaryAccuracy extends withOptions(SampleMean, binaryOptions) {
  static override readonly className = 'BinaryAccuracy';
  override readonly direction = 'up';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const [target, prediction] = align(yTrue, yPred, this.label);
    const predicted = tf.cast(tf.greater(prediction, this.threshold), 'float32');
    return tf.mean(tf.cast(tf.equal(target, predicted), 'float32'), -1);
  }
}

/** The largest prediction against one-hot targets. Source: keras.metrics.CategoricalAccuracy. */
export class CategoricalAccuracy extends SampleMean {
  static override readonly className = 'CategoricalAccuracy';
  override readonly direction = 'up';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return tf.cast(tf.equal(largestTarget(yTrue, yPred, this.label), tf.argMax(yPred, -1)), 'float32');
  }
}

/** The largest prediction against integer labels. Source: keras.metrics.SparseCategoricalAccuracy. */
export class SparseCategoricalAccuracy extends SampleMean {
  static override readonly className = 'SparseCategoricalAccuracy';
  override readonly direction = 'up';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return tf.cast(tf.equal(integerLabels(yTrue, yPred, this.label), tf.argMax(yPred, -1)), 'float32');
  }
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

/** The class of each one-hot row. Throws: SHAPE_MISMATCH. */
export function largestTarget(yTrue: tf.Tensor, yPred: tf.Tensor, subject: string): tf.Tensor {
  if (!sameShape(yTrue.shape, yPred.shape)) throw targetsMismatch(subject, yPred.shape, yTrue.shape);
  return tf.argMax(yTrue, -1);
}

/** Labels as int32 without a last axis of size 1. Throws: SHAPE_MISMATCH. */
export function integerLabels(yTrue: tf.Tensor, yPred: tf.Tensor, subject: string): tf.Tensor {
  const wanted = yPred.shape.slice(0, -1);
  const labels =
    yTrue.rank === yPred.rank && yTrue.shape[yTrue.rank - 1] === 1 ? tf.squeeze(yTrue, [-1]) : yTrue;
  if (!sameShape(labels.shape, wanted)) {
    throw shapeMismatch(
      subject,
      `expected integer labels of shape ${formatShape(wanted)}, got ${formatShape(yTrue.shape)}`,
      'pass one integer a sample, or use a categorical metric for one-hot targets',
    );
  }
  return tf.cast(labels, 'int32');
}
