// keras.ops: reductions along axes, and running ones.
import * as tf from '@tensorflow/tfjs-core';
import { asFloat, isNarrowFloat, recordedDType, withFullPrecision } from '@lamella/program';
import {
  castTo,
  toFloat,
  withOptions,
  type OperationCall,
  type OperationDefinition,
} from './operation-definition.js';

/** A reduction along axes. */
export type Reduce = (x: tf.Tensor, axes: number[], keepDims: boolean) => tf.Tensor;

/** A reduction as an operation. */
export const reduction = (fn: Reduce, more: readonly string[] = []): OperationDefinition =>
  withOptions(['axis', 'keepdims', ...more], (x, call) => fn(x, call.axes(x), call.flag('keepdims')));

/** Booleans count as integers. */
export const counted = (x: tf.Tensor): tf.Tensor => (x.dtype === 'bool' ? tf.cast(x, 'int32') : x);

export const Sum = reduction((x, axes, keepDims) => tf.sum(counted(x), axes, keepDims));
export const Mean = reduction((x, axes, keepDims) => tf.mean(toFloat(x), axes, keepDims));
export const Prod = reduction((x, axes, keepDims) => tf.prod(counted(x), axes, keepDims));
export const Max = extreme(tf.max, tf.maximum);
export const Min = extreme(tf.min, tf.minimum);
export const Amax = Max;
export const Amin = Min;
export const Any = reduction((x, axes, keepDims) => tf.any(tf.cast(x, 'bool'), axes, keepDims));
export const All = reduction((x, axes, keepDims) => tf.all(tf.cast(x, 'bool'), axes, keepDims));
export const Logsumexp = reduction((x, axes, keepDims) => tf.logSumExp(toFloat(x), axes, keepDims));
export const Var = reduction((x, axes, keepDims) => variance(toFloat(x), axes, keepDims));
export const Std = reduction((x, axes, keepDims) => tf.sqrt(variance(toFloat(x), axes, keepDims)));
export const Ptp = reduction((x, axes, keepDims) =>
  tf.sub(tf.max(x, axes, keepDims), tf.min(x, axes, keepDims)),
);
export const CountNonzero = withOptions(['axis'], (x, call) =>
  tf.sum(tf.cast(tf.notEqual(x, tf.zerosLike(x)), 'int32'), call.axes(x)),
);

export const Argmax = argument((x, axis) => tf.argMax(x, axis));
export const Argmin = argument((x, axis) => tf.argMin(x, axis));
export const Cumsum = running((x, axis) => tf.cumsum(x, axis));
export const Cumprod = running((x, axis) => tf.cumprod(x, axis));

const largestFloat16 = 65504;

export const Moments: OperationDefinition = withOptions(['axes', 'keepdims', 'synchronized'], (x, call) => {
  const axes = call.axes(x, 'axes');
  const keepDims = call.flag('keepdims');
  const moments = (): tf.Tensor[] => [
    tf.mean(toFloat(x), axes, keepDims),
    variance(toFloat(x), axes, keepDims),
  ];
  const dtype = recordedDType(x);
  if (!isNarrowFloat(dtype)) return moments();
  // Squares exceed float16's numbers: as in Keras, they are summed in float32, and what exceeds them is the largest one.
  const bounded = withFullPrecision(() =>
    moments().map((value) => tf.clipByValue(value, -largestFloat16, largestFloat16)),
  );
  return bounded.map((value) => asFloat(value, dtype));
});

function variance(x: tf.Tensor, axes: number[], keepDims: boolean): tf.Tensor {
  return tf.mean(tf.square(tf.sub(x, tf.mean(x, axes, true))), axes, keepDims);
}

/** The largest or smallest value, no less or no more than `initial` where it is given; then there may be no values at all. */
function extreme(reduce: Reduce, choose: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): OperationDefinition {
  return withOptions(['axis', 'keepdims', 'initial'], (x, call) => {
    const [axes, keepDims] = [call.axes(x), call.flag('keepdims')];
    if (call.option('initial') === null) return reduce(x, axes, keepDims);
    const initial = tf.scalar(call.number('initial'), x.dtype as 'float32');
    if (!axes.some((axis) => x.shape[axis] === 0)) return choose(reduce(x, axes, keepDims), initial);
    const sizes = x.shape.flatMap((size, i) => (!axes.includes(i) ? [size] : keepDims ? [1] : []));
    return tf.fill(sizes, call.number('initial'), x.dtype as 'float32');
  });
}

/** The place of a value along an axis, as an operation. */
export function argument(fn: (x: tf.Tensor, axis: number) => tf.Tensor): OperationDefinition {
  return withOptions(['axis', 'keepdims'], (x, call) => {
    const [flat, axis] = flattened(x, call);
    const found = fn(flat, axis);
    if (!call.flag('keepdims')) return found;
    return call.option('axis') === null
      ? tf.reshape(
          found,
          x.shape.map(() => 1),
        )
      : tf.expandDims(found, axis);
  });
}

/** What runs along an axis, as an operation. */
export function running(fn: (x: tf.Tensor, axis: number) => tf.Tensor): OperationDefinition {
  return withOptions(['axis', 'dtype'], (x, call) => {
    const [flat, axis] = flattened(counted(x), call);
    const found = fn(flat, axis);
    const dtype = call.dtype();
    return dtype === null ? tf.cast(found, flat.dtype as 'float32') : castTo(found, dtype);
  });
}

/** Without an axis, all values in a row. */
export function flattened(x: tf.Tensor, call: OperationCall): [tf.Tensor, number] {
  return call.option('axis') === null ? [tf.reshape(x, [-1]), 0] : [x, call.axis(x.rank)];
}
