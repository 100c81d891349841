// Errors of regression, beside the two that have files of their own.
import * as tf from '@tensorflow/tfjs-core';
import { integerOption, numberOption, withOptions, type GivenOptions } from '@lamella/core';
import { align } from './align.js';
import { epsilon } from './epsilon.js';
import { keptUnless, Loss, type LossOptions } from './loss.js';

/** The mean of differences, as percentages of the targets. Shapes: [batch, ..., d] -> [batch, ...]. */
export function meanAbsolutePercentageErrorOf(
  yTrue: tf.Tensor,
  yPred: tf.Tensor,
  subject: string,
): tf.Tensor {
  const [target, prediction] = align(yTrue, yPred, subject);
  const share = tf.abs(tf.div(tf.sub(target, prediction), tf.maximum(tf.abs(target), epsilon)));
  return tf.mul(tf.mean(share, -1), 100);
}

/** The mean of squared differences of logarithms. Shapes: [batch, ..., d] -> [batch, ...]. */
export function meanSquaredLogarithmicErrorOf(
  yTrue: tf.Tensor,
  yPred: tf.Tensor,
  subject: string,
): tf.Tensor {
  const [target, prediction] = align(yTrue, yPred, subject);
  const log = (x: tf.Tensor): tf.Tensor => tf.log(tf.add(tf.maximum(x, epsilon), 1));
  return tf.mean(tf.square(tf.sub(log(prediction), log(target))), -1);
}

/** The cosine of the angle between targets and predictions. Shapes: [batch, ..., d] -> [batch, ...] for the last axis. */
export function cosineOf(yTrue: tf.Tensor, yPred: tf.Tensor, axis: number, subject: string): tf.Tensor {
  const [target, prediction] = align(yTrue, yPred, subject);
  const unit = (x: tf.Tensor): tf.Tensor =>
    tf.mul(x, tf.rsqrt(tf.maximum(tf.sum(tf.square(x), axis, true), 1e-12)));
  return tf.sum(tf.mul(unit(target), unit(prediction)), axis);
}

/** Squares near 0 and absolute values beyond `delta`. Shapes: [batch, ..., d] -> [batch, ...]. */
export function huberOf(yTrue: tf.Tensor, yPred: tf.Tensor, delta: number, subject: string): tf.Tensor {
  const [target, prediction] = align(yTrue, yPred, subject);
  const size = tf.abs(tf.sub(prediction, target));
  const inside = tf.mul(tf.square(size), 0.5);
  const outside = tf.sub(tf.mul(size, delta), 0.5 * delta ** 2);
  return tf.mean(tf.where(tf.lessEqual(size, delta), inside, outside), -1);
}

/** The logarithm of the hyperbolic cosine of differences. Shapes: [batch, ..., d] -> [batch, ...]. */
export function logCoshOf(yTrue: tf.Tensor, yPred: tf.Tensor, subject: string): tf.Tensor {
  const [target, prediction] = align(yTrue, yPred, subject);
  const x = tf.sub(prediction, target);
  return tf.mean(tf.sub(tf.add(x, tf.softplus(tf.mul(x, -2))), Math.LN2), -1);
}

/** Source: keras.losses.MeanAbsolutePercentageError. */
export class MeanAbsolutePercentageError extends withOptions(Loss, {}) {
  static readonly className = 'MeanAbsolutePercentageError';
  static readonly identifiers: readonly string[] = ['mean_absolute_percentage_error', 'mape', 'MAPE'];

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return meanAbsolutePercentageErrorOf(yTrue, yPred, this.label);
  }
}

/** Source: keras.losses.MeanSquaredLogarithmicError. */
export class MeanSquaredLogarithmicError extends withOptions(Loss, {}) {
  static readonly className = 'MeanSquaredLogarithmicError';
  static readonly identifiers: readonly string[] = ['mean_squared_logarithmic_error', 'msle', 'MSLE'];

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return meanSquaredLogarithmicErrorOf(yTrue, yPred, this.label);
  }
}

const cosineOptions = {
  /** Along which axis vectors lie. Default -1. Keras stores none. */
  axis: keptUnless(-1, integerOption()),
};

/** The options of {@link CosineSimilarity}. */
export type CosineSimilarityOptions = LossOptions & GivenOptions<typeof cosineOptions>;

/** Minus the cosine: -1 for vectors of one direction. Source: keras.losses.CosineSimilarity. */
export class CosineSimilarity extends withOptions(Loss, cosineOptions) {
  static readonly className = 'CosineSimilarity';

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return tf.neg(cosineOf(yTrue, yPred, this.axis, this.label));
  }
}

const huberOptions = {
  /** From where on errors count linearly. Default 1. Keras stores none. */
  delta: keptUnless(1, numberOption()),
};

/** The options of {@link Huber}. */
export type HuberOptions = LossOptions & GivenOptions<typeof huberOptions>;

/** Source: Huber, 1964; keras.losses.Huber. */
export class Huber extends withOptions(Loss, huberOptions) {
  static readonly className = 'Huber';

  constructor(options: HuberOptions = {}) {
    super({ name: 'huber_loss', ...options });
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return huberOf(yTrue, yPred, this.delta, this.label);
  }
}

/** Source: keras.losses.LogCosh. */
export class LogCosh extends withOptions(Loss, {}) {
  static readonly className = 'LogCosh';

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return logCoshOf(yTrue, yPred, this.label);
  }
}

/** Creates a {@link MeanAbsolutePercentageError}. */
export function meanAbsolutePercentageError(options: LossOptions = {}): MeanAbsolutePercentageError {
  return new MeanAbsolutePercentageError(options);
}

/** Creates a {@link MeanSquaredLogarithmicError}. */
export function meanSquaredLogarithmicError(options: LossOptions = {}): MeanSquaredLogarithmicError {
  return new MeanSquaredLogarithmicError(options);
}

/** Creates a {@link CosineSimilarity}. */
export function cosineSimilarity(options: CosineSimilarityOptions = {}): CosineSimilarity {
  return new CosineSimilarity(options);
}

/** Creates a {@link Huber}. */
export function huber(options: HuberOptions = {}): Huber {
  return new Huber(options);
}

/** Creates a {@link LogCosh}. */
export function logCosh(options: LossOptions = {}): LogCosh {
  return new LogCosh(options);
}
