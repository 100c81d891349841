// Gradient clipping by value, by norm, or by the norm of all gradients together.
import * as tf from '@tensorflow/tfjs-core';
import type { OptimizerOptions } from './check-options.js';
import type { Gradient } from './gradient.js';

/** The gradients, clipped as the options say. Source: keras.optimizers.Optimizer (clipnorm, clipvalue, global_clipnorm). */
export function clipGradients(
  gradients: readonly Gradient[],
  options: OptimizerOptions,
): readonly Gradient[] {
  const { clipvalue, clipnorm, globalClipnorm } = options;
  if (clipnorm !== undefined && clipnorm !== null) {
    return gradients.map(({ weight, gradient }) => ({
      weight,
      gradient: limitNorm(gradient, tf.sqrt(squaredSum(gradient)), clipnorm),
    }));
  }
  if (globalClipnorm !== undefined && globalClipnorm !== null) {
    const norm = tf.sqrt(
      gradients.map(({ gradient }) => squaredSum(gradient)).reduce((a, b) => tf.add(a, b)),
    );
    return gradients.map(({ weight, gradient }) => ({
      weight,
      gradient: limitNorm(gradient, norm, globalClipnorm),
    }));
  }
  if (clipvalue !== undefined && clipvalue !== null) {
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
