// F-scores: the weighted harmonic mean of precision and recall, for each class or over all.
import * as tf from '@tensorflow/tfjs-core';
import {
  option,
  optionInvalid,
  orNull,
  positiveOption,
  withOptions,
  type GivenOptions,
  type Weight,
} from '@lamella/core';
import { formatShape, sameShape, shapeMismatch } from '@lamella/program';
import { epsilon } from '../losses/epsilon.js';
import { Metric, type MetricOptions } from './metric.js';

const averages = ['micro', 'macro', 'weighted'] as const;

const f1Options = {
  /** Over all predictions, the mean of the classes, their mean by how often they occur, or null for one score a class. */
  average: orNull(
    option<(typeof averages)[number]>({
      check: (subject, name, given) => {
        if (averages.includes(given as never)) return given as (typeof averages)[number];
        throw optionInvalid(subject, name, '"micro", "macro", "weighted" or null', given);
      },
    }),
  ),
  /** Predictions above it are positive; by default the largest of each sample. */
  threshold: orNull(
    option<number>({
      check: (subject, name, given) => {
        if (typeof given === 'number' && given > 0 && given <= 1) return given;
        throw optionInvalid(subject, name, 'a number above 0, and 1 at most', given);
      },
      isFloat: true,
    }),
  ),
};
const betaOptions = {
  /** How much more recall counts than precision. Default 1. */
  beta: positiveOption(1),
};

/** The options of {@link F1Score}. */
export type F1ScoreOptions = MetricOptions & GivenOptions<typeof f1Options>;

/** The options of {@link FBetaScore}. */
export type FBetaScoreOptions = F1ScoreOptions & GivenOptions<typeof betaOptions>;

abstract class FScore extends withOptions(Metric, f1Options) {
  override readonly direction = 'up';
  private sums: readonly Weight[] | undefined;

  protected abstract get weightOfRecall(): number;

  /** Shapes: targets and predictions [batch, classes]. Throws: SHAPE_MISMATCH. */
  override update(
    yTrue: tf.Tensor,
    yPred: tf.Tensor,
    sampleWeight: tf.Tensor | null = null,
    mask: tf.Tensor | null = null,
  ): void {
    if (yPred.rank !== 2 || !sameShape(yTrue.shape, yPred.shape))
      throw shapeMismatch(
        this.label,
        `expected targets and predictions [batch, classes], got ${formatShape(yTrue.shape)} and ${formatShape(yPred.shape)}`,
        'one-hot integer labels with toCategorical()',
      );
    const shape = this.average === 'micro' ? [] : [yPred.shape[1]!];
    this.sums ??= ['true_positives', 'false_positives', 'false_negatives', 'intermediate_weights'].map(
      (name) => this.addState(name, shape),
    );
    const target = tf.cast(yTrue, 'float32');
    const positive = tf.cast(this.isPositive(yPred), 'float32');
    const weights = [sampleWeight, mask]
      .filter((given) => given !== null)
      .map((given) => tf.reshape(tf.cast(given, 'float32'), [-1, 1]));
    const batch = [
      tf.mul(positive, target),
      tf.mul(positive, tf.sub(1, target)),
      tf.mul(tf.sub(1, positive), target),
      target,
    ].map((values) => weights.reduce((product, weight) => tf.mul(product, weight), values));
    const total = (values: tf.Tensor): tf.Tensor =>
      this.average === 'micro' ? tf.sum(values) : tf.sum(values, 0);
    this.sums.forEach((sum, i) => sum.assign(tf.add(sum.read(), total(batch[i]!))));
  }

  override result(): tf.Tensor {
    const [hits, extra, missed, weights] = this.sums!.map((sum) => sum.read()) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const share = (other: tf.Tensor): tf.Tensor => tf.div(hits, tf.add(tf.add(hits, other), epsilon));
    const [precision, recall] = [share(extra), share(missed)];
    const factor = this.weightOfRecall ** 2;
    const mixed = tf.add(tf.add(tf.mul(precision, factor), recall), epsilon);
    const score = tf.mul(tf.div(tf.mul(precision, recall), mixed), 1 + factor);
    if (this.average === null) return score;
    if (this.average !== 'weighted') return tf.mean(score);
    return tf.sum(tf.mul(score, tf.div(weights, tf.add(tf.sum(weights), epsilon))));
  }

  private isPositive(yPred: tf.Tensor): tf.Tensor {
    if (this.threshold !== null) return tf.greater(yPred, this.threshold);
    const isLargest = tf.greaterEqual(yPred, tf.max(yPred, -1, true));
    return tf.logicalAnd(isLargest, tf.greater(tf.abs(yPred), 1e-9));
  }
}

/** The harmonic mean of precision and recall. Source: keras.metrics.F1Score. */
export class F1Score extends FScore {
  static readonly className = 'F1Score';

  constructor(options: F1ScoreOptions = {}) {
    super({ name: 'f1_score', ...options });
  }

  protected override get weightOfRecall(): number {
    return 1;
  }
}

/** The harmonic mean of precision and recall, recall counting `beta` times as much. Source: keras.metrics.FBetaScore. */
export class FBetaScore extends withOptions(FScore, betaOptions) {
  static readonly className = 'FBetaScore';

  constructor(options: FBetaScoreOptions = {}) {
    super({ name: 'fbeta_score', ...options });
  }

  protected override get weightOfRecall(): number {
    return this.beta;
  }
}

/** Creates an {@link F1Score}. */
export function f1Score(options: F1ScoreOptions = {}): F1Score {
  return new F1Score(options);
}

/** Creates an {@link FBetaScore}. */
export function fBetaScore(options: FBetaScoreOptions = {}): FBetaScore {
  return new FBetaScore(options);
}
