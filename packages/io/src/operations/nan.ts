// keras.ops: reductions and running ones that leave out what is no number.
import * as tf from '@tensorflow/tfjs-core';
import { toFloat } from './operation-definition.js';
import { argument, counted, reduction, running, type Reduce } from './reduction.js';

/** The tensor with `value` wherever it is no number. */
export function filled(x: tf.Tensor, value: number): tf.Tensor {
  return x.dtype === 'float32' ? tf.where(tf.isNaN(x), tf.scalar(value), x) : x;
}

function isNaNIn(x: tf.Tensor): tf.Tensor {
  return x.dtype === 'float32' ? tf.isNaN(x) : tf.fill(x.shape, 0, 'bool');
}

/** How many numbers there are. */
function count(x: tf.Tensor, axes: number[], keepDims: boolean): tf.Tensor {
  return tf.sum(tf.cast(tf.logicalNot(isNaNIn(x)), 'float32'), axes, keepDims);
}

const mean: Reduce = (x, axes, keepDims) =>
  tf.div(tf.sum(filled(x, 0), axes, keepDims), count(x, axes, keepDims));

const variance: Reduce = (x, axes, keepDims) =>
  mean(tf.square(tf.sub(x, mean(x, axes, true))), axes, keepDims);

/** Where there are no numbers at all, there is no largest one. */
const extreme = (reduce: Reduce, start: number): ReturnType<typeof reduction> =>
  reduction((x, axes, keepDims) => {
    const found = reduce(filled(x, start), axes, keepDims);
    return x.dtype === 'float32'
      ? tf.where(tf.all(tf.isNaN(x), axes, keepDims), tf.scalar(Number.NaN), found)
      : found;
  });

const place = (find: (x: tf.Tensor, axis: number) => tf.Tensor, start: number): ReturnType<typeof argument> =>
  argument((x, axis) =>
    tf.where(tf.all(isNaNIn(x), axis), tf.scalar(-1, 'int32'), find(filled(x, start), axis)),
  );

export const Nansum = reduction((x, axes, keepDims) => tf.sum(filled(counted(x), 0), axes, keepDims));
export const Nanprod = reduction((x, axes, keepDims) => tf.prod(filled(counted(x), 1), axes, keepDims));
export const Nanmean = reduction((x, axes, keepDims) => mean(toFloat(x), axes, keepDims));
export const Nanvar = reduction((x, axes, keepDims) => variance(toFloat(x), axes, keepDims));
export const Nanstd = reduction((x, axes, keepDims) => tf.sqrt(variance(toFloat(x), axes, keepDims)));
export const Nanmax = extreme(tf.max, -Infinity);
export const Nanmin = extreme(tf.min, Infinity);
export const Nanargmax = place(tf.argMax, -Infinity);
export const Nanargmin = place(tf.argMin, Infinity);
export const Nancumsum = running((x, axis) => tf.cumsum(filled(x, 0), axis));
export const Nancumprod = running((x, axis) => tf.cumprod(filled(x, 1), axis));
