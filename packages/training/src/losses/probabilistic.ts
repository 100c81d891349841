// Losses of distributions: Kullback and Leibler's divergence, and Poisson's.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions } from '@lamella/core';
import { align } from './align.js';
import { epsilon } from './epsilon.js';
import { Loss, type LossOptions } from './loss.js';

/** How far predicted distributions are from the targets. Shapes: [batch, ..., classes] -> [batch, ...]. */
export function klDivergenceOf(yTrue: tf.Tensor, yPred: tf.Tensor, subject: string): tf.Tensor {
  const [target, prediction] = align(yTrue, yPred, subject).map((x) => tf.clipByValue(x, epsilon, 1)) as [
    tf.Tensor,
    tf.Tensor,
  ];
  return tf.sum(tf.mul(target, tf.log(tf.div(target, prediction))), -1);
}

/** Of counts and their predicted rates. Shapes: [batch, ..., d] -> [batch, ...]. */
export function poissonOf(yTrue: tf.Tensor, yPred: tf.Tensor, subject: string): tf.Tensor {
  const [target, prediction] = align(yTrue, yPred, subject);
  const log = tf.log(tf.add(prediction, epsilon));
  return tf.mean(tf.sub(prediction, tf.mul(target, log)), -1);
}

/** Source: keras.losses.KLDivergence. */
export class KLDivergence extends withOptions(Loss, {}) {
  static readonly className = 'KLDivergence';
  static readonly identifiers: readonly string[] = ['kl_divergence', 'kld', 'KLD'];

  constructor(options: LossOptions = {}) {
    super({ name: 'kl_divergence', ...options });
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return klDivergenceOf(yTrue, yPred, this.label);
  }
}

/** Source: keras.losses.Poisson. */
export class Poisson extends withOptions(Loss, {}) {
  static readonly className = 'Poisson';

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return poissonOf(yTrue, yPred, this.label);
  }
}

/** Creates a {@link KLDivergence}. */
export function klDivergence(options: LossOptions = {}): KLDivergence {
  return new KLDivergence(options);
}

/** Creates a {@link Poisson}. */
export function poisson(options: LossOptions = {}): Poisson {
  return new Poisson(options);
}
