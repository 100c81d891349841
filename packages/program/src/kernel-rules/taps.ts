// The values at one place of all windows of a pooling or a dilation, for gradients written out place by place.
import * as tf from '@tensorflow/tfjs-core';
import type { Window } from './windows.js';

/** Pads [batch, …axes, channels] so that no window reaches outside; the tensor itself where none does. */
export function padForWindows(x: tf.Tensor, axes: readonly Window[], value = 0): tf.Tensor {
  if (axes.every(({ before, after }) => before === 0 && after === 0)) return x;
  return tf.pad(
    x,
    [[0, 0], ...axes.map(({ before, after }): [number, number] => [before, after]), [0, 0]],
    value,
  );
}

/** All places inside one window, in reading order. */
export function tapsOf(axes: readonly Window[]): number[][] {
  return axes.reduce<number[][]>(
    (taps, { size }) => taps.flatMap((tap) => Array.from({ length: size }, (_, i) => [...tap, i])),
    [[]],
  );
}

/** The value at one place of every window of the padded tensor. */
export function atTap(padded: tf.Tensor, axes: readonly Window[], tap: readonly number[]): tf.Tensor {
  const begin = [0, ...axes.map(({ dilation }, i) => tap[i]! * dilation), 0];
  const end = padded.shape.map((size, i) => {
    const along = axes[i - 1];
    return along === undefined ? size : begin[i]! + (along.output - 1) * along.stride + 1;
  });
  return tf.stridedSlice(padded, begin, end, [1, ...axes.map(({ stride }) => stride), 1]);
}

/** For the first of the candidates that equals `winner`, element by element, the value beside it; zero where none does. */
export function besideWinner(
  winner: tf.Tensor,
  pairs: Iterable<{ readonly candidate: tf.Tensor; readonly beside: tf.Tensor }>,
): tf.Tensor {
  let open: tf.Tensor = tf.onesLike(winner);
  let found: tf.Tensor = tf.zerosLike(winner);
  for (const { candidate, beside } of pairs) {
    const hit = tf.mul(open, tf.cast(tf.equal(candidate, winner), 'float32'));
    found = tf.add(found, tf.mul(hit, beside));
    open = tf.sub(open, hit);
  }
  return found;
}
