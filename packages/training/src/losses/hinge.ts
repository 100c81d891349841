// Hinge losses, for targets of -1 and 1.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions } from '@lamella/core';
import { align } from './align.js';
import { Loss, type LossOptions } from './loss.js';

/** How far each prediction is from the right side of its margin. Targets that are all 0 or 1 count as -1 and 1, as in Keras. */
function shortfall(yTrue: tf.Tensor, yPred: tf.Tensor, subject: string): tf.Tensor {
  const [target, prediction] = align(yTrue, yPred, subject);
  const isBinary = tf.all(tf.logicalOr(tf.equal(target, 0), tf.equal(target, 1)));
  const signs = tf.where(isBinary, tf.sub(tf.mul(target, 2), 1), target);
  return tf.maximum(tf.sub(1, tf.mul(signs, prediction)), 0);
}

/** Shapes: [batch, ..., d] -> [batch, ...]. */
export function hingeOf(yTrue: tf.Tensor, yPred: tf.Tensor, subject: string): tf.Tensor {
  return tf.mean(shortfall(yTrue, yPred, subject), -1);
}

/** Shapes: [batch, ..., d] -> [batch, ...]. */
export function squaredHingeOf(yTrue: tf.Tensor, yPred: tf.Tensor, subject: string): tf.Tensor {
  return tf.mean(tf.square(shortfall(yTrue, yPred, subject)), -1);
}

/** For one-hot targets. Shapes: [batch, ..., classes] -> [batch, ...]. */
export function categoricalHingeOf(yTrue: tf.Tensor, yPred: tf.Tensor, subject: string): tf.Tensor {
  const [target, prediction] = align(yTrue, yPred, subject);
  const right = tf.sum(tf.mul(target, prediction), -1);
  const wrong = tf.max(tf.mul(tf.sub(1, target), prediction), -1);
  return tf.maximum(tf.add(tf.sub(wrong, right), 1), 0);
}

/** Source: keras.losses.Hinge. */
export class Hinge extends withOptions(Loss, {}) {
  static readonly className = 'Hinge';

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return hingeOf(yTrue, yPred, this.label);
  }
}

/** Source: keras.losses.SquaredHinge. */
export class SquaredHinge extends withOptions(Loss, {}) {
  static readonly className = 'SquaredHinge';

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return squaredHingeOf(yTrue, yPred, this.label);
  }
}

/** Source: keras.losses.CategoricalHinge. */
export class CategoricalHinge extends withOptions(Loss, {}) {
  static readonly className = 'CategoricalHinge';

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return categoricalHingeOf(yTrue, yPred, this.label);
  }
}

/** Creates a {@link Hinge}. */
export function hinge(options: LossOptions = {}): Hinge {
  return new Hinge(options);
}

/** Creates a {@link SquaredHinge}. */
export function squaredHinge(options: LossOptions = {}): SquaredHinge {
  return new SquaredHinge(options);
}

/** Creates a {@link CategoricalHinge}. */
export function categoricalHinge(options: LossOptions = {}): CategoricalHinge {
  return new CategoricalHinge(options);
}
