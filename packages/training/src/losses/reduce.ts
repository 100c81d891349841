// Weighted reduction as Keras does it: the sum of weighted values over the number of values, not over the weights' sum.
import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '@lamella/program';
import type { Reduction } from './loss.js';

export function reduceWeighted(
  values: tf.Tensor,
  sampleWeight: tf.Tensor | null,
  mask: tf.Tensor | null,
  reduction: Reduction,
): tf.Tensor {
  let weight = sampleWeight === null ? null : alignWeight(tf.cast(sampleWeight, 'float32'), values);
  if (mask !== null) {
    // A mask drops values and rescales, so that the mean is over those that count.
    const kept = alignWeight(tf.cast(mask, 'float32'), values);
    const scale = tf.div(sizeOf(kept.shape), tf.add(tf.sum(kept), 1e-7));
    const scaled = tf.mul(kept, scale);
    weight = weight === null ? scaled : tf.mul(weight, scaled);
  }
  const weighted = weight === null ? values : tf.mul(values, weight);
  switch (reduction) {
    case 'none':
      return weighted;
    case 'sum':
      return tf.sum(weighted);
    default:
      return tf.mean(weighted);
  }
}

/** Gives `weight` the rank of `values`: a trailing axis of size 1 goes, missing axes come. */
export function alignWeight(weight: tf.Tensor, values: tf.Tensor): tf.Tensor {
  if (weight.rank === values.rank) return weight;
  if (weight.rank === values.rank + 1 && weight.shape[weight.rank - 1] === 1)
    return tf.reshape(weight, weight.shape.slice(0, -1));
  if (weight.rank < values.rank)
    return tf.reshape(weight, [...weight.shape, ...Array<number>(values.rank - weight.rank).fill(1)]);
  return weight;
}
