// keras.ops: what needs values in order: sorting, medians and quantiles, places in sequences, and values that occur once.
import * as tf from '@tensorflow/tfjs-core';
import { alongAxes, cut, inRows, lengthOf, reducedShape } from './along-axes.js';
import { filled } from './nan.js';
import {
  promote,
  toFloat,
  withOptions,
  type OperationCall,
  type OperationDefinition,
} from './operation-definition.js';
import { flattened } from './reduction.js';

/** Numbers of the opposite order; of integers without -(-2^31). */
const opposite = (x: tf.Tensor): tf.Tensor =>
  x.dtype === 'float32' ? tf.neg(x) : tf.sub(tf.scalar(-1, 'int32'), tf.cast(x, 'int32'));

/** Rows from the smallest to the largest number; equals keep their order, and what is no number comes last. */
function sortedRows(x: tf.Tensor): tf.Tensor {
  const n = lengthOf(x);
  const sorted = opposite(tf.topk(opposite(filled(x, Infinity)), n).values);
  if (x.dtype !== 'float32') return tf.cast(sorted, x.dtype);
  const numbers = tf.sum(tf.cast(tf.logicalNot(tf.isNaN(x)), 'int32'), -1, true);
  return tf.where(tf.less(tf.range(0, n, 1, 'int32'), numbers), sorted, tf.scalar(Number.NaN));
}

const orderOfRows = (x: tf.Tensor): tf.Tensor => tf.topk(opposite(filled(x, Infinity)), lengthOf(x)).indices;

/** Keras sorts along the last axis, and without an axis all values in a row. */
const inOrder = (
  fn: (rows: tf.Tensor, call: OperationCall) => tf.Tensor,
  more: readonly string[] = [],
): OperationDefinition =>
  withOptions(['axis', ...more], (x, call) => {
    const [flat, axis] = flattened(x, call);
    return alongAxes(flat, [axis], (rows) => fn(rows, call));
  });

export const Sort = inOrder(sortedRows);
export const Argsort = inOrder(orderOfRows);

/** The smallest k + 1 in order, then the others as they stand. */
export const Argpartition = inOrder(
  (rows, call) => {
    const n = lengthOf(rows);
    const first = call.within(call.integer('kth'), n) + 1;
    const smallest = cut(orderOfRows(rows), rows.rank - 1, 0, first);
    const isTaken = tf.max(tf.oneHot(smallest, n), -2);
    return tf.concat([smallest, tf.topk(tf.sub(1, isTaken), n - first).indices], -1);
  },
  ['kth'],
);

/** A number for each of `q` between 0 and 1, a fraction of the way through the values along the axes. */
function quantiles(
  x: tf.Tensor,
  q: tf.Tensor,
  call: OperationCall,
  leavesOutNaN: boolean,
  method = call.option('method') ?? 'linear',
): tf.Tensor {
  const axes = call.axes(x);
  const kept = reducedShape(x, axes, call.flag('keepdims'));
  const rows = inRows(x, axes);
  const flat = tf.reshape(rows, [-1, lengthOf(rows)]);
  const isNaN = tf.cast(tf.isNaN(flat), 'float32');
  const last = tf.sub(lengthOf(rows) - 1, leavesOutNaN ? tf.sum(isNaN, 1, true) : tf.fill([1, 1], 0));
  const at = tf.mul(tf.reshape(q, [1, -1]), last);
  const sorted = sortedRows(filled(flat, Infinity));
  const valueAt = (place: tf.Tensor): tf.Tensor => {
    const bounded = tf.cast(tf.maximum(tf.minimum(place, last), 0), 'int32');
    const everywhere = tf.add(bounded, tf.fill([flat.shape[0]!, 1], 0, 'int32'));
    return tf.gather(sorted, everywhere, 1, 1);
  };
  const [low, high] = [valueAt(tf.floor(at)), valueAt(tf.ceil(at))];
  const weight = tf.sub(at, tf.floor(at));
  const between: Readonly<Record<string, () => tf.Tensor>> = {
    linear: () =>
      tf.where(tf.greater(weight, 0), tf.add(tf.mul(low, tf.sub(1, weight)), tf.mul(high, weight)), low),
    lower: () => low,
    higher: () => high,
    midpoint: () => tf.div(tf.add(low, high), 2),
    nearest: () => tf.where(tf.lessEqual(weight, 0.5), low, high),
  };
  if (typeof method !== 'string' || !Object.hasOwn(between, method))
    throw call.fail(`method ${JSON.stringify(method)} is not supported`);
  const isNone = leavesOutNaN ? tf.min(isNaN, 1, true) : tf.max(isNaN, 1, true);
  const found = tf.where(tf.greater(isNone, 0), tf.scalar(Number.NaN), between[method]!());
  return q.rank === 0 ? tf.reshape(found, kept) : tf.reshape(tf.transpose(found), [...q.shape, ...kept]);
}

const quantile = (of: number, leavesOutNaN: boolean): OperationDefinition => ({
  parameters: ['x', 'q'],
  options: ['axis', 'method', 'keepdims'],
  run: (call) => quantiles(call.float('x'), tf.div(call.float('q'), of), call, leavesOutNaN),
});

const median = (leavesOutNaN: boolean): OperationDefinition =>
  withOptions(['axis', 'keepdims'], (x, call) =>
    quantiles(toFloat(x), tf.scalar(0.5), call, leavesOutNaN, 'midpoint'),
  );

/** In a graph Keras passes on no method. */
export const Quantile: OperationDefinition = {
  ...quantile(1, false),
  run: (call) => quantiles(call.float('x'), call.float('q'), call, false, 'linear'),
};
export const Percentile = quantile(100, false);
export const Nanquantile = quantile(1, true);
export const Nanpercentile = quantile(100, true);
export const Median = median(false);
export const Nanmedian = median(true);

/** Where values would stand in a sequence that is in order. */
function places(sequence: tf.Tensor, values: tf.Tensor, side: 'left' | 'right'): tf.Tensor {
  const [inOrder, wanted] = promote(sequence, values);
  const found = tf.searchSorted(tf.reshape(inOrder, [1, -1]), tf.reshape(wanted, [1, -1]), side);
  return tf.reshape(found, values.shape);
}

export const SearchSorted: OperationDefinition = {
  parameters: ['sorted_sequence', 'values'],
  options: ['side'],
  run: (call) => {
    const [sequence, side] = [call.tensor('sorted_sequence'), call.option('side') ?? 'left'];
    if (sequence.rank !== 1) throw call.fail('the sequence must have one axis');
    if (side !== 'left' && side !== 'right') throw call.fail(`side ${JSON.stringify(side)} is not supported`);
    return places(sequence, call.tensor('values'), side);
  },
};

export const Digitize: OperationDefinition = {
  parameters: ['x', 'bins'],
  options: [],
  run: (call) => places(call.tensor('bins'), call.tensor('x'), 'right'),
};

export const IsIn: OperationDefinition = {
  parameters: ['x1', 'x2'],
  options: ['assume_unique', 'invert'],
  run: (call) => {
    const [x, set] = call.pair();
    const isIn = tf.any(tf.equal(tf.expandDims(x, -1), tf.reshape(set, [-1])), -1);
    return call.flag('invert') ? tf.logicalNot(isIn) : isIn;
  },
};

/** Of a known size only; each value, or row of values, is compared with each other one. */
export const Unique = withOptions(
  ['sorted', 'return_index', 'return_inverse', 'return_counts', 'axis', 'size', 'fill_value'],
  (x, call) => {
    if (call.option('size') === null)
      throw call.fail(
        'unique() gives as many values as differ, and sizes follow from shapes alone here; give it a size',
      );
    const size = call.integer('size');
    const [whole, axis] = flattened(x, call);
    const moved = [axis, ...whole.shape.map((_, i) => i).filter((i) => i !== axis)];
    const items = tf.transpose(whole, moved);
    const n = items.shape[0]!;
    const rows = tf.reshape(x.dtype === 'bool' ? tf.cast(items, 'int32') : items, [n, -1]);
    const [one, other] = [tf.expandDims(rows, 1), tf.expandDims(rows, 0)];
    const differs = tf.cast(tf.notEqual(one, other), 'int32');
    // Rows are in the order of the first number in which they differ.
    const differing = tf.reshape(tf.argMax(differs, -1), [n * n, 1]);
    const isLarger = tf.reshape(tf.cast(tf.greater(one, other), 'int32'), [n * n, -1]);
    const isGreater = tf.reshape(tf.cast(tf.gather(isLarger, differing, 1, 1), 'bool'), [n, n]);
    const numbers = tf.range(0, n, 1, 'int32');
    const isEarlier = tf.less(tf.expandDims(numbers, 0), tf.expandDims(numbers, 1));
    const isEqual = tf.equal(tf.max(differs, -1), tf.scalar(0, 'int32'));
    const isFirst = tf.logicalNot(tf.any(tf.logicalAnd(isEqual, isEarlier), 1));
    const rank = tf.sum(tf.cast(tf.logicalAnd(isGreater, isFirst), 'int32'), 1);
    // What has occurred before is written nowhere, as is what is beyond the size.
    const place = tf.expandDims(tf.where(isFirst, rank, tf.scalar(size, 'int32')), 1);
    const isWritten = tf.greater(tf.scatterND(place, tf.fill([n], 1, 'int32'), [size]), 0);
    const index = tf.where(isWritten, tf.scatterND(place, numbers, [size]), tf.argMin(rank, 0));
    const found = tf.gather(rows, index as tf.Tensor1D);
    const values =
      call.option('fill_value') === null
        ? found
        : tf.where(
            tf.expandDims(isWritten, 1),
            found,
            tf.scalar(call.number('fill_value'), found.dtype as 'float32'),
          );
    const back = tf.reshape(values, [size, ...items.shape.slice(1)]);
    const order = whole.shape.map((_, i) => moved.indexOf(i));
    const counts = tf.scatterND(tf.expandDims(rank, 1), tf.fill([n], 1, 'int32'), [size]);
    return [
      tf.cast(tf.transpose(back, order), x.dtype),
      ...(call.flag('return_index') ? [index] : []),
      ...(call.flag('return_inverse')
        ? [call.option('axis') === null ? tf.reshape(rank, x.shape) : rank]
        : []),
      ...(call.flag('return_counts') ? [counts] : []),
    ];
  },
);
