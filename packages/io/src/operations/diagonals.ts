// keras.ops: diagonals and bands of matrices, and matrices turned round.
import { currentBudget } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { unary, withOptions, type OperationCall, type OperationDefinition } from './operation-definition.js';

/** The diagonal above the main one by `offset`. Shapes: [..., rows, columns] gives [..., length]. */
function diagonal(x: tf.Tensor, offset: number, call: OperationCall): tf.Tensor {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const outer = x.shape.slice(0, -2);
  const [top, left] = [Math.max(0, -offset), Math.max(0, offset)];
  const length = Math.min(rows - top, columns - left);
  if (length < 1) throw call.fail(`a matrix [${rows}, ${columns}] has no diagonal ${offset}`);
  const start = outer.map(() => 0);
  const square = tf.slice(x, [...start, top, left], [...outer, length, length]);
  const flat = tf.reshape(square, [...outer, length * length]);
  const ones = outer.map(() => 1);
  return tf.stridedSlice(flat, [...start, 0], [...outer, length * length], [...ones, length + 1]);
}

/** A matrix with `x` on the diagonal above the main one by `k`. */
function onDiagonal(x: tf.Tensor, k: number): tf.Tensor {
  const [above, below] = [Math.max(0, k), Math.max(0, -k)];
  return tf.pad(tf.diag(x), [
    [below, above],
    [above, below],
  ]);
}

/** The matrices of two axes, which come last. */
function matrices(x: tf.Tensor, call: OperationCall): tf.Tensor {
  const axes = [call.axis(x.rank, 0, 'axis1'), call.axis(x.rank, 1, 'axis2')];
  return tf.transpose(x, [...x.shape.map((_, i) => i).filter((i) => !axes.includes(i)), ...axes]);
}

const diagonalOptions = ['offset', 'axis1', 'axis2'];

export const Diag = withOptions(['k'], (x, call) => {
  const k = call.integer('k', 0);
  if (x.rank !== 1 && x.rank !== 2) throw call.fail(`a tensor of rank ${x.rank} has no diag`);
  return x.rank === 1 ? onDiagonal(x, k) : diagonal(x, k, call);
});
export const Diagflat = withOptions(['k'], (x, call) =>
  onDiagonal(tf.reshape(x, [-1]), call.integer('k', 0)),
);
export const Diagonal = withOptions(diagonalOptions, (x, call) =>
  diagonal(matrices(x, call), call.integer('offset', 0), call),
);
export const Trace = withOptions(diagonalOptions, (x, call) =>
  tf.sum(diagonal(matrices(x, call), call.integer('offset', 0), call), -1),
);

/** Values of the constant that keeps a band. */
const mostOfABand = 2 ** 24;

const banded = (keeps: (row: number, column: number, k: number) => boolean): OperationDefinition =>
  withOptions(['k'], (x, call) => {
    const [rows = 0, columns = 0] = x.shape.slice(-2);
    if (x.rank < 2 || rows * columns > mostOfABand)
      throw call.fail(`no band of a tensor [${x.shape.join(', ')}]`);
    const k = call.integer('k', 0);
    currentBudget()?.spend('elements', rows * columns, 'a band of a matrix');
    const kept = Array.from({ length: rows * columns }, (_, i) =>
      Number(keeps(Math.floor(i / columns), i % columns, k)),
    );
    return tf.mul(x, tf.tensor(kept, [rows, columns], x.dtype as 'float32'));
  });

export const Tril = banded((row, column, k) => column <= row + k);
export const Triu = banded((row, column, k) => column >= row + k);

export const Flip = withOptions(['axis'], (x, call) => tf.reverse(x, call.axes(x)));
export const Fliplr = unary((x) => tf.reverse(x, 1));
export const Flipud = unary((x) => tf.reverse(x, 0));

export const Rot90: OperationDefinition = {
  parameters: ['array'],
  options: ['k', 'axes'],
  run: (call) => {
    const x = call.tensor('array');
    const [from, to] = call.option('axes') === null ? [0, 1] : (call.axes(x, 'axes') as [number, number]);
    const turns = ((call.integer('k', 1) % 4) + 4) % 4;
    if (turns === 0) return tf.clone(x);
    if (turns === 2) return tf.reverse(x, [from, to]);
    const turned = tf.transpose(
      x,
      x.shape.map((_, i) => (i === from ? to : i === to ? from : i)),
    );
    return tf.reverse(turned, turns === 1 ? from : to);
  },
};
