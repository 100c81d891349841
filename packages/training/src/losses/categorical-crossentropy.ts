// Categorical cross-entropy, for one-hot targets.
import * as tf from '@tensorflow/tfjs-core';
import { booleanOption, fractionOption, integerOption, withOptions, type GivenOptions } from '@lamella/core';
import { sameShape } from '@lamella/program';
import { targetsMismatch } from './align.js';
import { epsilon } from './epsilon.js';
import { Loss, type LossOptions } from './loss.js';

/** What cross-entropies are told. */
export const crossentropyOptions = {
  /** Whether predictions are logits rather than probabilities. Default false. */
  fromLogits: booleanOption(false),
  /** How much of each target is spread evenly over the classes. Units: a fraction. Default 0. */
  labelSmoothing: fractionOption(0),
  /** Where the classes are. Default -1. */
  axis: integerOption(-1),
};

/** The options of {@link CategoricalCrossentropy}. */
export type CrossentropyOptions = LossOptions & GivenOptions<typeof crossentropyOptions>;

/** Minus the target-weighted log of the predictions, renormalised and clipped as Keras does. Shapes: [batch, ..., classes] -> [batch, ...]. */
export function categoricalCrossentropyOf(
  yTrue: tf.Tensor,
  yPred: tf.Tensor,
  options: CrossentropyOptions = {},
  subject = 'categorical_crossentropy',
): tf.Tensor {
  const { fromLogits = false, labelSmoothing = 0, axis = -1 } = options;
  if (!sameShape(yTrue.shape, yPred.shape)) throw targetsMismatch(subject, yPred.shape, yTrue.shape);
  const last = axis < 0 ? yPred.rank + axis : axis;
  const target = smoothed(tf.cast(yTrue, 'float32'), labelSmoothing, yPred.shape[last]!);
  return tf.neg(tf.sum(tf.mul(target, logProbabilities(yPred, last, fromLogits)), last));
}

/** Targets of which a share is spread evenly over so many classes. */
export function smoothed(target: tf.Tensor, share: number, classes: number): tf.Tensor {
  return share > 0 ? tf.add(tf.mul(target, 1 - share), share / classes) : target;
}

/** The logarithms of class probabilities along `axis`. */
export function logProbabilities(yPred: tf.Tensor, axis: number, fromLogits: boolean): tf.Tensor {
  if (fromLogits) {
    const shifted = tf.sub(yPred, tf.max(yPred, axis, true));
    return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), axis, true)));
  }
  const normalised = tf.div(yPred, tf.sum(yPred, axis, true));
  return tf.log(tf.clipByValue(normalised, epsilon, 1 - epsilon));
}

/** Source: keras.losses.CategoricalCrossentropy. */
export class CategoricalCrossentropy extends withOptions(Loss, crossentropyOptions) {
  static readonly className = 'CategoricalCrossentropy';

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return categoricalCrossentropyOf(yTrue, yPred, this, this.label);
  }
}

/** Creates a {@link CategoricalCrossentropy}. */
export function categoricalCrossentropy(options: CrossentropyOptions = {}): CategoricalCrossentropy {
  return new CategoricalCrossentropy(options);
}
