// keras.ops.core: dtypes, constants and gradients that stop.
import * as tf from '@tensorflow/tfjs-core';
import { castTo, withOptions, type OperationDefinition } from './operation-definition.js';

export const Cast = withOptions(['dtype'], (x, call) => castTo(x, call.dtype()));
export const ConvertToTensor = withOptions(['dtype', 'sparse', 'ragged'], (x, call) =>
  castTo(x, call.dtype()),
);

const asArray = withOptions(['dtype'], (x, call) => castTo(x, call.dtype()));
export { asArray as Array };

/** The largest number of each dtype, its opposite the smallest one. */
const largest: Readonly<Record<string, number>> = {
  float16: 65504,
  bfloat16: 3.3895313892515355e38,
  int32: 2 ** 31 - 1,
};

export const SaturateCast = withOptions(['dtype'], (x, call) => {
  const dtype = call.dtype();
  const most = largest[dtype ?? ''];
  if (most === undefined || x.dtype !== 'float32') return castTo(x, dtype);
  // Of the floats, the next one above is 2^31, which no integer holds.
  const bounded = tf.clipByValue(
    x,
    dtype === 'int32' ? -(2 ** 31) : -most,
    dtype === 'int32' ? 2147483520 : most,
  );
  const cast = castTo(bounded, dtype);
  return dtype === 'int32' ? tf.where(tf.greaterEqual(x, 2 ** 31), tf.scalar(most, 'int32'), cast) : cast;
});

export const StopGradient: OperationDefinition = {
  parameters: ['variable'],
  options: [],
  run: (call) =>
    tf.customGrad((x) => ({ value: tf.clone(x as tf.Tensor), gradFunc: (dy) => tf.zerosLike(dy) }))(
      call.tensor('variable'),
    ),
};

export const TopK = withOptions(['k', 'sorted'], (x, call) => {
  const { values, indices } = tf.topk(x, call.integer('k'), true);
  return [values, indices];
});
