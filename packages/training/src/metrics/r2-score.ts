// R2: the share of the targets' variance that the predictions explain.
import * as tf from '@tensorflow/tfjs-core';
import {
  option,
  optionInvalid,
  optionKind,
  withOptions,
  type GivenOptions,
  type Weight,
} from '@lamella/core';
import { formatShape, shapeMismatch } from '@lamella/program';
import { align } from '../losses/align.js';
import { Metric, type MetricOptions } from './metric.js';

type Aggregation = 'uniform_average' | 'variance_weighted_average' | null;

const countOption = optionKind<number>({
  check: (subject, name, given) => {
    if (Number.isSafeInteger(given) && (given as number) >= 0) return given as number;
    throw optionInvalid(subject, name, 'a whole number of at least 0', given);
  },
});

const r2Options = {
  /** How the scores of several outputs become one; null gives one for each. Default `uniform_average`. */
  classAggregation: option<Aggregation>({
    check: (subject, name, given) => {
      if (given === null || given === 'uniform_average' || given === 'variance_weighted_average')
        return given;
      throw optionInvalid(subject, name, '"uniform_average", "variance_weighted_average" or null', given);
    },
    default: 'uniform_average',
    isNullable: true,
  }),
  /** Of how many variables the model is made, for the adjusted score. Default 0, which adjusts nothing. */
  numRegressors: countOption(0),
};

/** The options of {@link R2Score}. */
export type R2ScoreOptions = MetricOptions & GivenOptions<typeof r2Options>;

/** The coefficient of determination. Shapes: targets and predictions [batch, outputs]. Source: keras.metrics.R2Score. */
export class R2Score extends withOptions(Metric, r2Options) {
  static readonly className = 'R2Score';
  override readonly direction = 'up';
  private readonly samples = this.addState('num_samples');
  private sums: readonly [squares: Weight, values: Weight, residual: Weight, count: Weight] | undefined;

  constructor(options: R2ScoreOptions = {}) {
    super({ name: 'r2_score', ...options });
  }

  /** Throws: SHAPE_MISMATCH. */
  override update(
    yTrue: tf.Tensor,
    yPred: tf.Tensor,
    sampleWeight: tf.Tensor | null = null,
    mask: tf.Tensor | null = null,
  ): void {
    const [target, prediction] = align(yTrue, yPred, this.label);
    if (prediction.rank !== 2)
      throw shapeMismatch(
        this.label,
        `expected targets and predictions [batch, outputs], got ${formatShape(yTrue.shape)} and ${formatShape(yPred.shape)}`,
      );
    const shape = [prediction.shape[1]!];
    this.sums ??= [
      this.addState('squared_sum', shape),
      this.addState('sum', shape),
      this.addState('residual', shape),
      this.addState('count', shape),
    ];
    const column = (given: tf.Tensor): tf.Tensor => {
      const float = tf.cast(given, 'float32');
      return float.rank === 1 ? tf.expandDims(float, 1) : float;
    };
    const weight = [sampleWeight, mask]
      .filter((given) => given !== null)
      .reduce((all, given) => tf.mul(all, column(given)), tf.onesLike(prediction));
    const batch = [
      tf.mul(tf.square(target), weight),
      tf.mul(target, weight),
      tf.mul(tf.square(tf.sub(target, prediction)), weight),
      weight,
    ];
    this.sums.forEach((sum, i) => sum.assign(tf.add(sum.read(), tf.sum(batch[i]!, 0))));
    this.samples.assign(tf.add(this.samples.read(), target.size));
  }

  override result(): tf.Tensor {
    const [squares, values, residual, count] = this.sums!.map((sum) => sum.read()) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const total = tf.sub(squares, tf.div(tf.square(values), count));
    const raw = tf.sub(1, tf.div(residual, total));
    const scores = tf.where(tf.isInf(raw), tf.zerosLike(raw), raw);
    return this.adjusted(this.aggregated(scores, total));
  }

  private aggregated(scores: tf.Tensor, total: tf.Tensor): tf.Tensor {
    if (this.classAggregation === null) return scores;
    if (this.classAggregation === 'uniform_average') return tf.mean(scores);
    return tf.div(tf.sum(tf.mul(total, scores)), tf.sum(total));
  }

  /** The score for so many regressors; the plain one where there are no more samples than those. */
  private adjusted(score: tf.Tensor): tf.Tensor {
    if (this.numRegressors === 0) return score;
    const free = tf.sub(tf.sub(this.samples.read(), this.numRegressors), 1);
    const adjusted = tf.sub(1, tf.div(tf.mul(tf.sub(1, score), tf.sub(this.samples.read(), 1)), free));
    return tf.where(tf.greater(free, 0), adjusted, score);
  }
}

/** Creates an {@link R2Score}. */
export function r2Score(options: R2ScoreOptions = {}): R2Score {
  return new R2Score(options);
}
