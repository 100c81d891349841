// Means of what losses compute for each sample: hinges, divergences, cosines and the errors that are not in regression.ts.
import * as tf from '@tensorflow/tfjs-core';
import { integerOption, withOptions, type GivenOptions } from '@lamella/core';
import { categoricalHingeOf, hingeOf, squaredHingeOf } from '../losses/hinge.js';
import { keptUnless } from '../losses/loss.js';
import { align } from '../losses/align.js';
import { epsilon } from '../losses/epsilon.js';
import { klDivergenceOf, poissonOf } from '../losses/probabilistic.js';
import {
  cosineOf,
  logCoshOf,
  meanAbsolutePercentageErrorOf,
  meanSquaredLogarithmicErrorOf,
} from '../losses/regression.js';
import { SampleMean } from './mean-metric-wrapper.js';
import type { MetricOptions } from './metric.js';

/** The mean of differences, as percentages of the targets. Source: keras.metrics.MeanAbsolutePercentageError. */
export class MeanAbsolutePercentageError extends SampleMean {
  static override readonly className = 'MeanAbsolutePercentageError';
  static readonly identifiers: readonly string[] = ['mean_absolute_percentage_error', 'mape', 'MAPE'];
  override readonly direction = 'down';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return meanAbsolutePercentageErrorOf(yTrue, yPred, this.label);
  }
}

/** The mean of squared differences of logarithms. Source: keras.metrics.MeanSquaredLogarithmicError. */
export class MeanSquaredLogarithmicError extends SampleMean {
  static override readonly className = 'MeanSquaredLogarithmicError';
  static readonly identifiers: readonly string[] = ['mean_squared_logarithmic_error', 'msle', 'MSLE'];
  override readonly direction = 'down';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return meanSquaredLogarithmicErrorOf(yTrue, yPred, this.label);
  }
}

/** The root of the mean of squared differences. Source: keras.metrics.RootMeanSquaredError. */
export class RootMeanSquaredError extends SampleMean {
  static override readonly className = 'RootMeanSquaredError';
  override readonly direction = 'down';

  override result(): tf.Tensor {
    return tf.sqrt(super.result());
  }

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const [target, prediction] = align(yTrue, yPred, this.label);
    return tf.square(tf.sub(prediction, target));
  }
}

/** The logarithm of the hyperbolic cosine of differences. Source: keras.metrics.LogCoshError. */
export class LogCoshError extends SampleMean {
  static override readonly className = 'LogCoshError';
  override readonly direction = 'down';

  constructor(options: MetricOptions = {}) {
    super({ name: 'logcosh', ...options });
  }

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return logCoshOf(yTrue, yPred, this.label);
  }
}

const cosineOptions = {
  /** Along which axis vectors lie. Default -1. Keras stores none. */
  axis: keptUnless(-1, integerOption()),
};

/** The options of {@link CosineSimilarity}. */
export type CosineSimilarityOptions = MetricOptions & GivenOptions<typeof cosineOptions>;

/** The cosine of the angle between targets and predictions. Source: keras.metrics.CosineSimilarity. */
export class CosineSimilarity extends withOptions(SampleMean, cosineOptions) {
  static override readonly className = 'CosineSimilarity';
  override readonly direction = 'up';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return cosineOf(yTrue, yPred, this.axis, this.label);
  }
}

/** Source: keras.metrics.KLDivergence. */
export class KLDivergence extends SampleMean {
  static override readonly className = 'KLDivergence';
  static readonly identifiers: readonly string[] = ['kl_divergence'];
  override readonly direction = 'down';

  constructor(options: MetricOptions = {}) {
    super({ name: 'kl_divergence', ...options });
  }

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return klDivergenceOf(yTrue, yPred, this.label);
  }
}

/** Source: keras.metrics.Poisson. */
export class Poisson extends SampleMean {
  static override readonly className = 'Poisson';
  override readonly direction = 'down';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return poissonOf(yTrue, yPred, this.label);
  }
}

/** Source: keras.metrics.Hinge. */
export class Hinge extends SampleMean {
  static override readonly className = 'Hinge';
  override readonly direction = 'down';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return hingeOf(yTrue, yPred, this.label);
  }
}

/** Source: keras.metrics.SquaredHinge. */
export class SquaredHinge extends SampleMean {
  static override readonly className = 'SquaredHinge';
  override readonly direction = 'down';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return squaredHingeOf(yTrue, yPred, this.label);
  }
}

/** Source: keras.metrics.CategoricalHinge. */
export class CategoricalHinge extends SampleMean {
  static override readonly className = 'CategoricalHinge';
  override readonly direction = 'down';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return categoricalHingeOf(yTrue, yPred, this.label);
  }
}

const correlationOptions = { axis: integerOption(-1) };

/** The options of {@link PearsonCorrelation} and {@link ConcordanceCorrelation}. */
export type CorrelationOptions = MetricOptions & GivenOptions<typeof correlationOptions>;

/** How linear the relation of targets and predictions is along `axis`. Source: keras.metrics.PearsonCorrelation. */
export class PearsonCorrelation extends withOptions(SampleMean, correlationOptions) {
  static override readonly className = 'PearsonCorrelation';
  override readonly direction = 'up';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const [target, prediction] = align(yTrue, yPred, this.label);
    const standard = (x: tf.Tensor): tf.Tensor => {
      const centred = tf.sub(x, tf.mean(x, this.axis, true));
      return tf.div(centred, tf.sqrt(tf.mean(tf.square(centred), this.axis, true)));
    };
    return tf.mean(tf.mul(standard(target), standard(prediction)), this.axis);
  }
}

/** How near targets and predictions are to being equal along `axis`. Source: keras.metrics.ConcordanceCorrelation. */
export class ConcordanceCorrelation extends withOptions(SampleMean, correlationOptions) {
  static override readonly className = 'ConcordanceCorrelation';
  override readonly direction = 'up';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const [target, prediction] = align(yTrue, yPred, this.label);
    const mean = (x: tf.Tensor): tf.Tensor => tf.mean(x, this.axis, true);
    const variance = (x: tf.Tensor): tf.Tensor => mean(tf.square(tf.sub(x, mean(x))));
    const distance = tf.square(tf.sub(mean(target), mean(prediction)));
    const norm = tf.add(tf.add(variance(target), variance(prediction)), distance);
    // Both centred on the predictions' mean, as in Keras; the mean of their product is the covariance all the same.
    const product = tf.mul(tf.sub(target, mean(prediction)), tf.sub(prediction, mean(prediction)));
    return tf.mean(tf.div(tf.mul(product, 2), tf.add(norm, epsilon)), this.axis);
  }
}

/** Creates a {@link MeanAbsolutePercentageError}. */
export function meanAbsolutePercentageError(options: MetricOptions = {}): MeanAbsolutePercentageError {
  return new MeanAbsolutePercentageError(options);
}

/** Creates a {@link MeanSquaredLogarithmicError}. */
export function meanSquaredLogarithmicError(options: MetricOptions = {}): MeanSquaredLogarithmicError {
  return new MeanSquaredLogarithmicError(options);
}

/** Creates a {@link RootMeanSquaredError}. */
export function rootMeanSquaredError(options: MetricOptions = {}): RootMeanSquaredError {
  return new RootMeanSquaredError(options);
}

/** Creates a {@link LogCoshError}. */
export function logCoshError(options: MetricOptions = {}): LogCoshError {
  return new LogCoshError(options);
}

/** Creates a {@link CosineSimilarity}. */
export function cosineSimilarity(options: CosineSimilarityOptions = {}): CosineSimilarity {
  return new CosineSimilarity(options);
}

/** Creates a {@link KLDivergence}. */
export function klDivergence(options: MetricOptions = {}): KLDivergence {
  return new KLDivergence(options);
}

/** Creates a {@link Poisson}. */
export function poisson(options: MetricOptions = {}): Poisson {
  return new Poisson(options);
}

/** Creates a {@link Hinge}. */
export function hinge(options: MetricOptions = {}): Hinge {
  return new Hinge(options);
}

/** Creates a {@link SquaredHinge}. */
export function squaredHinge(options: MetricOptions = {}): SquaredHinge {
  return new SquaredHinge(options);
}

/** Creates a {@link CategoricalHinge}. */
export function categoricalHinge(options: MetricOptions = {}): CategoricalHinge {
  return new CategoricalHinge(options);
}

/** Creates a {@link PearsonCorrelation}. */
export function pearsonCorrelation(options: CorrelationOptions = {}): PearsonCorrelation {
  return new PearsonCorrelation(options);
}

/** Creates a {@link ConcordanceCorrelation}. */
export function concordanceCorrelation(options: CorrelationOptions = {}): ConcordanceCorrelation {
  return new ConcordanceCorrelation(options);
}
