// Cross-entropies that weigh what is predicted well less: focal ones, and the generalized one, which trusts labels less.
import * as tf from '@tensorflow/tfjs-core';
import {
  booleanOption,
  numberOption,
  option,
  optionInvalid,
  withOptions,
  type GivenOptions,
} from '@lamella/core';
import { align, targetsMismatch } from './align.js';
import { crossentropyOptions, smoothed } from './categorical-crossentropy.js';
import { epsilon } from './epsilon.js';
import { Loss, type LossOptions } from './loss.js';
import { labelsOf } from './sparse-categorical-crossentropy.js';

const focalOptions = {
  ...crossentropyOptions,
  /** The weight of class 1, in the categorical loss of all. Default 0.25. */
  alpha: numberOption(0.25),
  /** How much less good predictions count. Default 2. */
  gamma: numberOption(2),
};
const binaryFocalOptions = {
  ...crossentropyOptions,
  /** Whether `alpha` weighs the classes. Default false. */
  applyClassBalancing: booleanOption(false),
  alpha: focalOptions.alpha,
  gamma: focalOptions.gamma,
};

/** The options of {@link CategoricalFocalCrossentropy}. */
export type CategoricalFocalCrossentropyOptions = LossOptions & GivenOptions<typeof focalOptions>;

/** The options of {@link BinaryFocalCrossentropy}. */
export type BinaryFocalCrossentropyOptions = LossOptions & GivenOptions<typeof binaryFocalOptions>;

/** For targets of 0 and 1. Source: Lin et al., 2018; keras.losses.BinaryFocalCrossentropy. */
export class BinaryFocalCrossentropy extends withOptions(Loss, binaryFocalOptions) {
  static readonly className = 'BinaryFocalCrossentropy';

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const { labelSmoothing, alpha, gamma } = this;
    const [given, prediction] = align(yTrue, yPred, this.label);
    const target = smoothed(given, labelSmoothing, 2);
    const p = this.fromLogits ? tf.sigmoid(prediction) : prediction;
    const ofTarget = (one: tf.Tensor, zero: tf.Tensor): tf.Tensor =>
      tf.add(tf.mul(target, one), tf.mul(tf.sub(1, target), zero));
    const clipped = tf.clipByValue(p, epsilon, 1 - epsilon);
    const loss = tf.neg(ofTarget(tf.log(clipped), tf.log(tf.sub(1, clipped))));
    const focal = tf.mul(tf.pow(tf.sub(1, ofTarget(p, tf.sub(1, p))), gamma), loss);
    const balanced = this.applyClassBalancing
      ? tf.mul(ofTarget(tf.scalar(alpha), tf.scalar(1 - alpha)), focal)
      : focal;
    return tf.mean(balanced, this.axis);
  }
}

/** For one-hot targets. Source: Lin et al., 2018; keras.losses.CategoricalFocalCrossentropy. */
export class CategoricalFocalCrossentropy extends withOptions(Loss, focalOptions) {
  static readonly className = 'CategoricalFocalCrossentropy';

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const { labelSmoothing, alpha, gamma, axis } = this;
    const [given, prediction] = align(yTrue, yPred, this.label);
    const target = smoothed(given, labelSmoothing, prediction.shape[prediction.rank - 1]!);
    const p = this.fromLogits ? softmax(prediction, axis) : prediction;
    const sure = tf.clipByValue(tf.div(p, tf.sum(p, axis, true)), epsilon, 1 - epsilon);
    const factor = tf.mul(tf.pow(tf.sub(1, sure), gamma), alpha);
    return tf.sum(tf.mul(factor, tf.mul(tf.neg(target), tf.log(sure))), axis);
  }
}

const generalizedOptions = {
  /** Between mean absolute error, near 1, and cross-entropy, near 0. Default 0.5. */
  q: option<number>({
    check: (subject, name, given) => {
      if (typeof given === 'number' && given > 0 && given < 1) return given;
      throw optionInvalid(subject, name, 'a number between 0 and 1', given);
    },
    default: 0.5,
    isFloat: true,
  }),
};

/** The options of {@link CategoricalGeneralizedCrossEntropy}. */
export type CategoricalGeneralizedCrossEntropyOptions = LossOptions & GivenOptions<typeof generalizedOptions>;

/** For integer labels, some of which are wrong. Source: Zhang and Sabuncu, 2018; keras.losses.CategoricalGeneralizedCrossEntropy. */
export class CategoricalGeneralizedCrossEntropy extends withOptions(Loss, generalizedOptions) {
  static readonly className = 'CategoricalGeneralizedCrossEntropy';

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    if (yPred.rank < 1) throw targetsMismatch(this.label, yPred.shape, yTrue.shape);
    const last = yPred.rank - 1;
    const oneHot = tf.oneHot(labelsOf(yTrue, yPred, last, this.label), yPred.shape[last]!);
    const p = tf.sum(tf.mul(yPred, oneHot), -1);
    return tf.div(tf.sub(1, tf.pow(p, this.q)), this.q);
  }

  override takesLabels(): boolean {
    return true;
  }
}

function softmax(x: tf.Tensor, axis: number): tf.Tensor {
  const powers = tf.exp(tf.sub(x, tf.max(x, axis, true)));
  return tf.div(powers, tf.sum(powers, axis, true));
}

/** Creates a {@link BinaryFocalCrossentropy}. */
export function binaryFocalCrossentropy(
  options: BinaryFocalCrossentropyOptions = {},
): BinaryFocalCrossentropy {
  return new BinaryFocalCrossentropy(options);
}

/** Creates a {@link CategoricalFocalCrossentropy}. */
export function categoricalFocalCrossentropy(
  options: CategoricalFocalCrossentropyOptions = {},
): CategoricalFocalCrossentropy {
  return new CategoricalFocalCrossentropy(options);
}

/** Creates a {@link CategoricalGeneralizedCrossEntropy}. */
export function categoricalGeneralizedCrossEntropy(
  options: CategoricalGeneralizedCrossEntropyOptions = {},
): CategoricalGeneralizedCrossEntropy {
  return new CategoricalGeneralizedCrossEntropy(options);
}
