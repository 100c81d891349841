// Activation functions that bend at a point: rectifiers, shrinkage, thresholds.
import * as tf from '@tensorflow/tfjs-core';

/** The options of {@link relu}. */
export interface ReluOptions {
  readonly negativeSlope?: number;
  readonly maxValue?: number | null;
  readonly threshold?: number;
}

/** x above `threshold`, at most `maxValue`; below, `negativeSlope * (x - threshold)`. Source: keras.activations.relu. */
export function relu(
  x: tf.Tensor,
  { negativeSlope = 0, maxValue = null, threshold: from = 0 }: ReluOptions = {},
): tf.Tensor {
  if (from === 0 && maxValue === null)
    return negativeSlope === 0 ? tf.relu(x) : tf.leakyRelu(x, negativeSlope);
  const above = upTo(from === 0 ? x : tf.mul(x, tf.cast(tf.greater(x, from), x.dtype)), from, maxValue);
  if (negativeSlope === 0) return above;
  return tf.sub(above, tf.mul(tf.relu(tf.sub(from, x)), negativeSlope));
}

function upTo(x: tf.Tensor, from: number, maxValue: number | null): tf.Tensor {
  if (maxValue === null) return x;
  return from === 0 && maxValue === 6 ? tf.relu6(x) : tf.clipByValue(x, 0, maxValue);
}

/** x between 0 and 6. Source: keras.activations.relu6. */
export function relu6(x: tf.Tensor): tf.Tensor {
  return tf.relu6(x);
}

/** x where it is positive, else `negativeSlope * x`. Source: keras.activations.leaky_relu. */
export function leakyRelu(x: tf.Tensor, negativeSlope = 0.2): tf.Tensor {
  return tf.leakyRelu(x, negativeSlope);
}

/** x where it is positive, else `alpha * (exp(x) - 1)`. Source: Clevert and others (2016), keras.activations.elu. */
export function elu(x: tf.Tensor, alpha = 1): tf.Tensor {
  return alpha === 1 ? tf.elu(x) : tf.where(tf.greater(x, 0), x, tf.mul(tf.elu(x), alpha));
}

/** x where it is positive, else `alpha * (exp(x / alpha) - 1)`. Source: keras.activations.celu. */
export function celu(x: tf.Tensor, alpha = 1): tf.Tensor {
  return alpha === 1 ? tf.elu(x) : tf.mul(tf.elu(tf.div(x, alpha)), alpha);
}

/** The scaled elu that keeps mean and variance. Source: Klambauer and others (2017), keras.activations.selu. */
export function selu(x: tf.Tensor): tf.Tensor {
  return tf.selu(x);
}

/** x between -1 and 1. Source: keras.activations.hard_tanh. */
export function hardTanh(x: tf.Tensor): tf.Tensor {
  return tf.clipByValue(x, -1, 1);
}

/** (x + 3) / 6 between 0 and 1. Source: keras.activations.hard_sigmoid. */
export function hardSigmoid(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.relu6(tf.add(x, 3)), 1 / 6);
}

/** x times its hard sigmoid. Source: keras.activations.hard_silu. */
export function hardSilu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, hardSigmoid(x));
}

/** {@link hardSilu} by its other name. */
export const hardSwish = hardSilu;

/** x where its magnitude exceeds `threshold`, else 0. Source: keras.activations.hard_shrink. */
export function hardShrink(x: tf.Tensor, threshold = 0.5): tf.Tensor {
  return tf.where(tf.greater(tf.abs(x), threshold), x, tf.zerosLike(x));
}

/** x drawn towards 0 by `threshold`. Source: keras.activations.soft_shrink. */
export function softShrink(x: tf.Tensor, threshold = 0.5): tf.Tensor {
  return tf.sub(x, tf.clipByValue(x, -threshold, threshold));
}

/** x where it exceeds `threshold`, else `defaultValue`. Source: keras.activations.threshold. */
export function threshold(x: tf.Tensor, threshold: number, defaultValue: number): tf.Tensor {
  return tf.where(tf.greater(x, threshold), x, tf.fill(x.shape, defaultValue));
}

/** 0 below -1, x above 1, a parabola between. Source: keras.activations.sparse_plus. */
export function sparsePlus(x: tf.Tensor): tf.Tensor {
  const between = tf.mul(tf.square(tf.add(x, 1)), 0.25);
  return tf.where(tf.lessEqual(x, -1), tf.zerosLike(x), tf.where(tf.greaterEqual(x, 1), x, between));
}

/** (x + 1) / 2 between 0 and 1. Source: keras.activations.sparse_sigmoid. */
export function sparseSigmoid(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.clipByValue(tf.add(x, 1), 0, 2), 0.5);
}
