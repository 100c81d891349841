// Axes taken together: what is computed along the last axis, done along any of them. The operations that do so are elsewhere.
import * as tf from '@tensorflow/tfjs-core';

function restOf(x: tf.Tensor, axes: readonly number[]): number[] {
  return x.shape.map((_, i) => i).filter((axis) => !axes.includes(axis));
}

/** How long the rows along the last axis are. */
export const lengthOf = (x: tf.Tensor): number => x.shape[x.rank - 1]!;

/** The sizes of a reduction along `axes`. */
export function reducedShape(x: tf.Tensor, axes: readonly number[], keepDims: boolean): number[] {
  return x.shape.flatMap((size, i) => (!axes.includes(i) ? [size] : keepDims ? [1] : []));
}

/** The values along `axes` in rows. Shapes: [..., n], the other axes before. */
export function inRows(x: tf.Tensor, axes: readonly number[]): tf.Tensor {
  const rest = restOf(x, axes);
  const length = axes.reduce((size, axis) => size * x.shape[axis]!, 1);
  return tf.reshape(tf.transpose(x, [...rest, ...axes]), [...rest.map((axis) => x.shape[axis]!), length]);
}

/** What `fn` gives along the last axis, in any axes taken together; it may change the length of one. */
export function alongAxes(
  x: tf.Tensor,
  axes: readonly number[],
  fn: (rows: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  if (axes.length === 1 && axes[0] === x.rank - 1) return fn(x);
  const rest = restOf(x, axes);
  const order = [...rest, ...axes];
  const found = fn(inRows(x, axes));
  const along = axes.length === 1 ? [found.shape[found.rank - 1]!] : axes.map((axis) => x.shape[axis]!);
  return tf.transpose(
    tf.reshape(found, [...rest.map((axis) => x.shape[axis]!), ...along]),
    x.shape.map((_, i) => order.indexOf(i)),
  );
}

/** A part of one axis. */
export function cut(x: tf.Tensor, axis: number, from: number, size: number): tf.Tensor {
  return tf.slice(
    x,
    x.shape.map((_, i) => (i === axis ? from : 0)),
    x.shape.map((whole, i) => (i === axis ? size : whole)),
  );
}
