// The step of Adam, for the optimizers that take it.
import * as tf from '@tensorflow/tfjs-core';
import type { Weight } from '@lamella/core';

/** Moves a running mean towards a value. */
export function moveTowards(mean: Weight, value: tf.Tensor, rate: number): void {
  mean.assign(tf.add(mean.read(), tf.mul(tf.sub(value, mean.read()), rate)));
}

/**
 * What to subtract from a weight: the first moment over the root of the second, both corrected for their start at zero. Epsilon is
 * added to the uncorrected root. Source: Kingma and Ba, 2014, section 2, the reordered form before section 2.1.
 */
export function adamStep(
  first: tf.Tensor,
  second: tf.Tensor,
  learningRate: tf.Tensor,
  { beta1, beta2, epsilon, step }: AdamRates,
): tf.Tensor {
  const correction = tf.div(tf.sqrt(tf.sub(1, tf.pow(beta2, step))), tf.sub(1, tf.pow(beta1, step)));
  const alpha = tf.mul(learningRate, correction);
  return tf.div(tf.mul(first, alpha), tf.add(tf.sqrt(second), epsilon));
}

/** What {@link adamStep} reads; `step` counts from 1. */
export interface AdamRates {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly step: tf.Tensor;
}
