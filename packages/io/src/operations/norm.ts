// keras.ops.linalg: norms of vectors and matrices.
import * as tf from '@tensorflow/tfjs-core';
import { inRows, reducedShape } from './along-axes.js';
import { toFloat, withOptions, type OperationCall } from './operation-definition.js';
import { singularValues } from './singular-values.js';

const root = (x: tf.Tensor, axes: number[]): tf.Tensor => tf.sqrt(tf.sum(tf.square(x), axes, true));

function ofVectors(x: tf.Tensor, axes: number[], order: number): tf.Tensor {
  const size = tf.abs(x);
  if (order === Infinity) return tf.max(size, axes, true);
  if (order === -Infinity) return tf.min(size, axes, true);
  if (order === 0) return tf.sum(tf.cast(tf.notEqual(x, 0), 'float32'), axes, true);
  if (order === 1) return tf.sum(size, axes, true);
  return order === 2 ? root(x, axes) : tf.pow(tf.sum(tf.pow(size, order), axes, true), 1 / order);
}

function ofMatrices(x: tf.Tensor, [rows, columns]: [number, number], order: number | 'nuc'): tf.Tensor {
  const sums = (axis: number): tf.Tensor => tf.sum(tf.abs(x), axis, true);
  switch (order) {
    case 1:
      return tf.max(sums(rows), columns, true);
    case -1:
      return tf.min(sums(rows), columns, true);
    case Infinity:
      return tf.max(sums(columns), rows, true);
    case -Infinity:
      return tf.min(sums(columns), rows, true);
    default: {
      const { values } = singularValues(
        tf.reshape(inRows(x, [rows, columns]), [-1, x.shape[rows]!, x.shape[columns]!]),
      );
      const found = order === 'nuc' ? tf.sum(values, 1) : order === 2 ? tf.max(values, 1) : tf.min(values, 1);
      return tf.reshape(found, reducedShape(x, [rows, columns], true));
    }
  }
}

function normOf(x: tf.Tensor, axes: number[], call: OperationCall): tf.Tensor {
  const order = call.option('ord');
  if (order === null) return root(x, axes);
  if (axes.length === 1 && typeof order === 'number') return ofVectors(x, axes, order);
  if (axes.length === 2 && order === 'fro') return root(x, axes);
  if (axes.length === 2 && (order === 'nuc' || [1, -1, 2, -2, Infinity, -Infinity].includes(order as number)))
    return ofMatrices(x, axes as [number, number], order as number | 'nuc');
  throw call.fail(`a norm of order ${String(order)} along ${axes.length} axes`);
}

export const Norm = withOptions(['ord', 'axis', 'keepdims'], (given, call) => {
  const x = toFloat(given);
  const axes = call.axes(x);
  return tf.reshape(normOf(x, axes, call), reducedShape(x, axes, call.flag('keepdims')));
});
