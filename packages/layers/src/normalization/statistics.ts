// Mean and population variance along axes, and the normalization that uses them.
import * as tf from '@tensorflow/tfjs-core';

/** Both keep the axes they were taken along, as size 1. */
export interface Statistics {
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
  /** The values less their mean. */
  readonly centred: tf.Tensor;
}

/** Keras' epsilon: what keeps a mask that leaves nothing from dividing by 0. */
const epsilon = 1e-7;

/** The statistics of `x` along `axes`, of the places where `mask` is true. */
export function statistics(x: tf.Tensor, axes: number[], mask: tf.Tensor | null = null): Statistics {
  if (mask === null) {
    const mean = tf.mean(x, axes, true);
    const centred = tf.sub(x, mean);
    return { mean, centred, variance: tf.mean(tf.square(centred), axes, true) };
  }
  // What is masked out may be infinite or NaN, and still counts for nothing.
  const isIn = tf.broadcastTo(mask, x.shape);
  const only = (values: tf.Tensor): tf.Tensor => tf.where(isIn, values, tf.zerosLike(values));
  const count = tf.add(tf.sum(tf.cast(isIn, 'float32'), axes, true), epsilon);
  const mean = tf.div(tf.sum(only(x), axes, true), count);
  const centred = tf.sub(x, mean);
  return { mean, centred, variance: tf.div(tf.sum(tf.square(only(centred)), axes, true), count) };
}

/** `gamma * centred / sqrt(variance + epsilon) + beta`, where there are a gamma and a beta. */
export function normalize(
  { centred, variance }: Pick<Statistics, 'centred' | 'variance'>,
  epsilon: number,
  gamma: tf.Tensor | null,
  beta: tf.Tensor | null,
): tf.Tensor {
  const inverse = tf.rsqrt(tf.add(variance, epsilon));
  const normal = tf.mul(centred, gamma === null ? inverse : tf.mul(inverse, gamma));
  return beta === null ? normal : tf.add(normal, beta);
}
