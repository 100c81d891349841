// Categorical cross-entropy, for one-hot targets.
import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '@lamella/core';
import { alignTargets } from './align-targets.js';
import { Loss, type LossOptions } from './loss.js';

/** Keras' epsilon: probabilities are kept this far from 0 and 1. */
export const probabilityEpsilon = 1e-7;

export interface CrossentropyOptions extends LossOptions {
  /** Whether predictions are logits rather than probabilities. */
  readonly fromLogits?: boolean;
  /** How much of each target is spread evenly over the classes. Units: a fraction. */
  readonly labelSmoothing?: number;
  readonly axis?: number;
}

/** Minus the target-weighted log of the predictions, renormalised and clipped as Keras does. Shapes: [batch, ..., classes] -> [batch, ...]. */
export function categoricalCrossentropyOf(
  yTrue: tf.Tensor,
  yPred: tf.Tensor,
  options: CrossentropyOptions = {},
): tf.Tensor {
  const { fromLogits = false, labelSmoothing = 0, axis = -1 } = options;
  let target = alignTargets(yTrue, yPred, 'categorical_crossentropy');
  const last = axis < 0 ? yPred.rank + axis : axis;
  if (labelSmoothing > 0)
    target = tf.add(tf.mul(target, 1 - labelSmoothing), labelSmoothing / yPred.shape[last]!);
  return tf.neg(tf.sum(tf.mul(target, logProbabilities(yPred, last, fromLogits)), last));
}

/** The logarithms of class probabilities along `axis`. */
export function logProbabilities(yPred: tf.Tensor, axis: number, fromLogits: boolean): tf.Tensor {
  if (fromLogits) {
    const shifted = tf.sub(yPred, tf.max(yPred, axis, true));
    return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), axis, true)));
  }
  const normalised = tf.div(yPred, tf.sum(yPred, axis, true));
  return tf.log(tf.clipByValue(normalised, probabilityEpsilon, 1 - probabilityEpsilon));
}

/** Source: keras.losses.CategoricalCrossentropy. */
export class CategoricalCrossentropy extends Loss {
  static readonly className = 'CategoricalCrossentropy';
  private readonly crossentropy: Required<
    Pick<CrossentropyOptions, 'fromLogits' | 'labelSmoothing' | 'axis'>
  >;

  constructor(options: CrossentropyOptions = {}) {
    super('categorical_crossentropy', options);
    const { fromLogits = false, labelSmoothing = 0, axis = -1 } = options;
    this.crossentropy = { fromLogits, labelSmoothing, axis };
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return categoricalCrossentropyOf(yTrue, yPred, this.crossentropy);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), ...this.crossentropy };
  }
}

/** Creates a {@link CategoricalCrossentropy}. */
export function categoricalCrossentropy(options: CrossentropyOptions = {}): CategoricalCrossentropy {
  return new CategoricalCrossentropy(options);
}
