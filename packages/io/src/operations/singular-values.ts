// Singular values of matrices, by rotations of pairs of columns until all stand at right angles. Not here: what is made of them.
import { scan, unitVectors } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';

/** What is found of matrices [batch, rows, columns]; where these are wider than high, of them turned. */
export interface Singular {
  readonly isTurned: boolean;
  /** From the largest down. Shapes: [batch, smaller side]. */
  readonly values: tf.Tensor;
  /** The right vectors as columns, and the left ones times the values. Shapes: [batch, smaller, smaller], [batch, larger, smaller]. */
  readonly vectors: tf.Tensor;
  readonly scaled: tf.Tensor;
}

/** As many rounds over all pairs as float32 needs, and some more. */
const sweeps = 10;

/** One-sided Jacobi, half the pairs at once. Source: Brent and Luk, SIAM J. Sci. Stat. Comput. 6 (1985). */
export function singularValues(given: tf.Tensor): Singular {
  const isTurned = given.shape[1]! < given.shape[2]!;
  const x = isTurned ? tf.transpose(given, [0, 2, 1]) : given;
  const [batch, rows, columns] = x.shape as [number, number, number];
  const size = columns + (columns % 2);
  const half = size / 2;
  const both = tf.concat([x, tf.add(tf.fill([batch, columns, columns], 0), unitVectors(columns))], 1);
  // A column of zeros makes their number even, and stays as it is.
  const start = tf.pad(both, [
    [0, 0],
    [0, 0],
    [0, size - columns],
  ]);
  const height = rows + columns;
  const part = (y: tf.Tensor, from: number, width: number): tf.Tensor =>
    tf.slice(y, [0, 0, from], [batch, height, width]);
  const product = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
    tf.sum(tf.slice(tf.mul(a, b), [0, 0, 0], [batch, rows, half]), 1, true);
  const turn = (current: tf.Tensor): tf.Tensor => {
    const [a, b] = [part(current, 0, half), tf.reverse(part(current, half, half), 2)];
    const [aa, bb, ab] = [product(a, a), product(b, b), product(a, b)];
    const isSlanted = tf.greater(tf.abs(ab), 0);
    const zeta = tf.div(tf.sub(bb, aa), tf.mul(2, tf.where(isSlanted, ab, tf.onesLike(ab))));
    const sign = tf.where(tf.less(zeta, 0), tf.scalar(-1), tf.scalar(1));
    const tangent = tf.div(sign, tf.add(tf.abs(zeta), tf.sqrt(tf.add(1, tf.square(zeta)))));
    const t = tf.where(isSlanted, tangent, tf.zerosLike(tangent));
    const cosine = tf.rsqrt(tf.add(1, tf.square(t)));
    const sine = tf.mul(cosine, t);
    const first = tf.sub(tf.mul(cosine, a), tf.mul(sine, b));
    const second = tf.reverse(tf.add(tf.mul(sine, a), tf.mul(cosine, b)), 2);
    const next = tf.concat([first, second], 2);
    // The first column stays, all others move on by one, so that each meets each other.
    return size === 2
      ? next
      : tf.concat([part(next, 0, 1), part(next, size - 1, 1), part(next, 1, size - 2)], 2);
  };
  const [found] = scan((current: tf.Tensor) => [turn(current), null], start, null, {
    length: sweeps * (size - 1),
  });
  const kept = part(found, 0, columns);
  const scaled = tf.slice(kept, [0, 0, 0], [batch, rows, columns]);
  const sizes = tf.sqrt(tf.sum(tf.square(scaled), 1));
  const { values, indices } = tf.topk(sizes, columns);
  const sorted = (y: tf.Tensor): tf.Tensor =>
    tf.transpose(tf.gather(tf.transpose(y, [0, 2, 1]), indices, 1, 1), [0, 2, 1]);
  const vectors = tf.slice(kept, [0, rows, 0], [batch, columns, columns]);
  return { isTurned, values, vectors: sorted(vectors), scaled: sorted(scaled) };
}
