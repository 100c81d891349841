// Circle loss: embeddings of one class together, those of others apart.
import * as tf from '@tensorflow/tfjs-core';
import { booleanOption, numberOption, withOptions, type GivenOptions } from '@lamella/core';
import { formatShape, shapeMismatch, unitVectors } from '@lamella/program';
import { Loss, type LossOptions } from './loss.js';

const circleOptions = {
  /** How sharply pairs are weighed. Default 80. */
  gamma: numberOption(80),
  /** How far apart classes are to be. Default 0.4. */
  margin: numberOption(0.4),
  /** Whether an embedding makes no pair with itself. Default true. */
  removeDiagonal: booleanOption(true),
};

/** The options of {@link Circle}. */
export type CircleOptions = LossOptions & GivenOptions<typeof circleOptions>;

/**
 * For integer labels and normalised embeddings. Shapes: [batch] and [batch, d] -> [batch]. Samples whose loss is 0 do not count.
 * Throws: SHAPE_MISMATCH. Source: Sun et al., 2020; keras.losses.Circle.
 */
export class Circle extends withOptions(Loss, circleOptions) {
  static readonly className = 'Circle';

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const { gamma, margin } = this;
    const labels = this.labels(yTrue, yPred);
    const distances = tf.relu(tf.sub(1, tf.matMul(yPred, yPred, false, true)));
    const isSame = tf.equal(tf.expandDims(labels, 1), tf.expandDims(labels, 0));
    const isItself = tf.cast(unitVectors(yPred.shape[0]!), 'bool');
    const isPositive = this.removeDiagonal ? tf.logicalAnd(isSame, tf.logicalNot(isItself)) : isSame;
    const pull = tf.mul(tf.relu(tf.add(margin, distances)), tf.sub(distances, margin));
    const push = tf.mul(tf.relu(tf.sub(1 + margin, distances)), tf.sub(1 - margin, distances));
    const both = tf.add(
      logSumExp(tf.mul(pull, gamma), isPositive),
      logSumExp(tf.mul(push, gamma), tf.logicalNot(isSame)),
    );
    return tf.softplus(both);
  }

  protected override validMask(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return tf.greater(this.call(yTrue, yPred), 0);
  }

  private labels(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const isColumn = yTrue.rank === 2 && yTrue.shape[1] === 1;
    if (yPred.rank !== 2 || !(isColumn || yTrue.rank === 1) || yTrue.shape[0] !== yPred.shape[0])
      throw shapeMismatch(
        this.label,
        `expected embeddings [batch, size] and a label each, got ${formatShape(yPred.shape)} and ${formatShape(yTrue.shape)}`,
      );
    return tf.cast(isColumn ? tf.squeeze(yTrue, [1]) : yTrue, 'int32');
  }
}

/** What stands for the logarithm of 0: far below all others, and finite, so that gradients are. */
const never = -1e30;

/** The logarithm of each row's sum of powers of e, of the values that are in. */
function logSumExp(x: tf.Tensor, isIn: tf.Tensor): tf.Tensor {
  const largest = tf.max(tf.where(isIn, x, tf.fill(x.shape, never)), 1, true);
  const powers = tf.mul(tf.exp(tf.sub(tf.minimum(x, largest), largest)), tf.cast(isIn, 'float32'));
  const sum = tf.sum(powers, 1);
  const isEmpty = tf.equal(sum, 0);
  const log = tf.add(tf.log(tf.where(isEmpty, tf.onesLike(sum), sum)), tf.squeeze(largest, [1]));
  return tf.where(isEmpty, tf.fill(sum.shape, never), log);
}

/** Creates a {@link Circle}. */
export function circle(options: CircleOptions = {}): Circle {
  return new Circle(options);
}
