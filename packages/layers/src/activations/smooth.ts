// Activation functions that are smooth.
import * as tf from '@tensorflow/tfjs-core';

/** x itself. Source: keras.activations.linear. */
export function linear(x: tf.Tensor): tf.Tensor {
  return x;
}

/** exp(x). Source: keras.activations.exponential. */
export function exponential(x: tf.Tensor): tf.Tensor {
  return tf.exp(x);
}

/** 1 / (1 + exp(-x)). Source: keras.activations.sigmoid. */
export function sigmoid(x: tf.Tensor): tf.Tensor {
  return tf.sigmoid(x);
}

/** The logarithm of the sigmoid. Source: keras.activations.log_sigmoid. */
export function logSigmoid(x: tf.Tensor): tf.Tensor {
  return tf.neg(tf.softplus(tf.neg(x)));
}

/** The hyperbolic tangent. Source: keras.activations.tanh. */
export function tanh(x: tf.Tensor): tf.Tensor {
  return tf.tanh(x);
}

/** x less its hyperbolic tangent. Source: keras.activations.tanh_shrink. */
export function tanhShrink(x: tf.Tensor): tf.Tensor {
  return tf.sub(x, tf.tanh(x));
}

/** x times its sigmoid, also called swish. Source: keras.activations.silu. */
export function silu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.sigmoid(x));
}

/** {@link silu} by its other name. */
export const swish = silu;

/** x times tanh(softplus(x)). Source: Misra (2019), keras.activations.mish. */
export function mish(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.tanh(tf.softplus(x)));
}

/** x times the normal distribution's share below it, or its tanh approximation. Source: keras.activations.gelu. */
export function gelu(x: tf.Tensor, approximate = false): tf.Tensor {
  const share = approximate
    ? tf.tanh(tf.mul(tf.add(x, tf.mul(tf.mul(tf.square(x), x), 0.044715)), Math.sqrt(2 / Math.PI)))
    : tf.erf(tf.mul(x, Math.SQRT1_2));
  return tf.mul(tf.mul(x, 0.5), tf.add(share, 1));
}

/** log(exp(x) + 1). Source: keras.activations.softplus. */
export function softplus(x: tf.Tensor): tf.Tensor {
  return tf.softplus(x);
}

/** x / (|x| + 1). Source: keras.activations.softsign. */
export function softsign(x: tf.Tensor): tf.Tensor {
  return tf.div(x, tf.add(tf.abs(x), 1));
}

/** (x + sqrt(x² + b)) / 2. Source: keras.activations.squareplus. */
export function squareplus(x: tf.Tensor, b = 4): tf.Tensor {
  return tf.mul(tf.add(x, tf.sqrt(tf.add(tf.square(x), b))), 0.5);
}
