// Weighted reduction as Keras does it: the sum of weighted values over the number of values, not over the weights' sum.
import * as tf from '@tensorflow/tfjs-core';
import { broadcastable, formatShape, shapeMismatch, sizeOf } from '@lamella/program';

/**
 * How per-sample values become one: their sum over their number (the first two), their sum, their sum over that of the
 * weights, or not at all.
 */
export type Reduction = 'sum_over_batch_size' | 'mean' | 'sum' | 'mean_with_sample_weight' | 'none';

/** All reductions. */
export const reductions: readonly Reduction[] = [
  'sum_over_batch_size',
  'mean',
  'sum',
  'mean_with_sample_weight',
  'none',
];

/** The weighted, masked values, reduced. A mask drops values; means are then over those that are left. */
export function reduceWeighted(
  values: tf.Tensor,
  sampleWeight: tf.Tensor | null,
  mask: tf.Tensor | null,
  reduction: Reduction,
): tf.Tensor {
  const isMean = reduction === 'sum_over_batch_size' || reduction === 'mean';
  const kept = mask === null ? null : isMean ? rescaled(mask) : tf.cast(mask, 'float32');
  const weight = product(sampleWeight, kept, values);
  const weighted = weight === null ? values : tf.mul(values, weight);
  // No values have no mean; their loss is 0, as in Keras.
  if (reduction !== 'none' && sizeOf(weighted.shape) === 0) return tf.scalar(0);
  switch (reduction) {
    case 'none':
      return weighted;
    case 'sum':
      return tf.sum(weighted);
    case 'mean_with_sample_weight':
      return weight === null ? tf.mean(weighted) : tf.divNoNan(tf.sum(weighted), tf.sum(weight));
    default:
      return tf.mean(weighted);
  }
}

/** The product of sample weights and a mask, either of which may be missing, in the rank of `values`. */
export function product(
  sampleWeight: tf.Tensor | null,
  mask: tf.Tensor | null,
  values: tf.Tensor,
): tf.Tensor | null {
  const weight = sampleWeight === null ? null : alignWeight(sampleWeight, values);
  if (mask === null) return weight;
  const kept = alignWeight(mask, values);
  return weight === null ? kept : tf.mul(weight, kept);
}

/** The mask as weights that sum to the number of its elements. */
function rescaled(mask: tf.Tensor): tf.Tensor {
  const kept = tf.cast(mask, 'float32');
  return tf.mul(kept, tf.divNoNan(sizeOf(mask.shape), tf.sum(kept)));
}

/**
 * `weight` as float32 beside `values`: a trailing axis of size 1 goes, missing axes come. Weights of more axes than the
 * values have meet them at the last axes, as in Keras. Throws: SHAPE_MISMATCH.
 */
export function alignWeight(weight: tf.Tensor, values: tf.Tensor): tf.Tensor {
  const shape =
    weight.rank === values.rank + 1 && weight.shape[weight.rank - 1] === 1
      ? weight.shape.slice(0, -1)
      : [...weight.shape, ...Array<number>(Math.max(0, values.rank - weight.rank)).fill(1)];
  if (!broadcastable(shape, values.shape)) {
    throw shapeMismatch(
      'Sample weights',
      `expected a weight for each of the values ${formatShape(values.shape)}, got ${formatShape(weight.shape)}`,
      'pass one weight a sample',
    );
  }
  const float = tf.cast(weight, 'float32');
  return shape.length === weight.rank ? float : tf.reshape(float, shape);
}
