// Spreading the elements of an axis apart with zeros between them, and picking them out again.
import * as tf from '@tensorflow/tfjs-core';
import { sizeOf } from '../shape.js';

/** Elements `step` apart, zeros between: an axis of n becomes one of (n - 1)·step + 1. */
export function spread(x: tf.Tensor, axis: number, step: number): tf.Tensor {
  const length = x.shape[axis]!;
  if (step === 1 || length < 2) return x;
  const before = x.shape.slice(0, axis);
  const after = x.shape.slice(axis + 1);
  const inner = sizeOf(after);
  const apart = tf.pad(tf.reshape(x, [-1, length, inner]), [
    [0, 0],
    [0, 0],
    [0, (step - 1) * inner],
  ]);
  const wide = tf.reshape(apart, [-1, length * step, inner]);
  const spreadLength = (length - 1) * step + 1;
  return tf.reshape(tf.slice(wide, [0, 0, 0], [wide.shape[0]!, spreadLength, inner]), [
    ...before,
    spreadLength,
    ...after,
  ]);
}

/** Every `step`-th element of each axis, from the first. */
export function pick(x: tf.Tensor, steps: readonly number[]): tf.Tensor {
  return steps.every((step) => step === 1)
    ? x
    : tf.stridedSlice(
        x,
        x.shape.map(() => 0),
        x.shape,
        [...steps],
      );
}
