// Masks of attention: which positions see which. Not here: what becomes of scores under a mask.
import type { Mask } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Which of `keys` positions each of `queries` sees: with `isCausal` none after its own, with `window` none that far away.
 * Shapes: [1, queries, keys]; null where each sees all.
 */
export function seenPositions(queries: number, keys: number, isCausal: boolean, window: number | null): Mask {
  if (!isCausal && window === null) return null;
  const row = tf.reshape(tf.range(0, queries, 1, 'int32'), [1, queries, 1]);
  const column = tf.reshape(tf.range(0, keys, 1, 'int32'), [1, 1, keys]);
  return allOf([
    isCausal ? tf.greaterEqual(row, column) : null,
    window === null ? null : tf.less(tf.abs(tf.sub(row, column)), tf.scalar(window, 'int32')),
  ]);
}

/** What all of the masks let through; null lets everything. */
export function allOf(masks: readonly Mask[]): Mask {
  return masks.reduce((a, b) => (a === null || b === null ? (a ?? b) : tf.logicalAnd(a, b)), null);
}

/** The sum of each query with each key. Shapes: [..., queries, dim] and [..., keys, dim] to [..., queries, keys, dim]. */
export function pairs(query: tf.Tensor, key: tf.Tensor): tf.Tensor {
  return tf.add(tf.expandDims(query, -2), tf.expandDims(key, -3));
}
