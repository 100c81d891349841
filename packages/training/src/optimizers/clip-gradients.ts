// Gradient clipping by value, by norm, or by the norm of all gradients together.
import * as tf from '@tensorflow/tfjs-core';
import type { Gradient } from './gradient.js';

/** At most one of them is given. */
export interface Clipping {
  readonly clipvalue: number | null;
  readonly clipnorm: number | null;
  readonly globalClipnorm: number | null;
}

/** The gradients, clipped as the options say. Source: keras.optimizers.Optimizer (clipnorm, clipvalue, global_clipnorm). */
export function clipGradients(
  gradients: readonly Gradient[],
  { clipvalue, clipnorm, globalClipnorm }: Clipping,
): readonly Gradient[] {
  if (clipnorm !== null) {
    return gradients.map(({ weight, gradient }) => ({
      weight,
      gradient: limitNorm(gradient, tf.sqrt(squaredSum(gradient)), clipnorm),
    }));
  }
  if (globalClipnorm !== null) {
    const norm = tf.sqrt(
      gradients.map(({ gradient }) => squaredSum(gradient)).reduce((a, b) => tf.add(a, b)),
    );
    return gradients.map(({ weight, gradient }) => ({
      weight,
      gradient: limitNorm(gradient, norm, globalClipnorm),
    }));
  }
  if (clipvalue !== null) {
    return gradients.map(({ weight, gradient }) => ({
      weight,
      gradient: tf.clipByValue(gradient, -clipvalue, clipvalue),
    }));
  }
  return gradients;
}

function squaredSum(gradient: tf.Tensor): tf.Tensor {
  return tf.sum(tf.square(gradient));
}

function limitNorm(gradient: tf.Tensor, norm: tf.Tensor, limit: number): tf.Tensor {
  return tf.mul(gradient, tf.div(limit, tf.maximum(norm, limit)));
}
