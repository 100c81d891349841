// keras.ops.core: dtypes, constants and gradients that stop.
import * as tf from '@tensorflow/tfjs-core';
import { castTo, withOptions, type OperationDefinition } from './operation-definition.js';

export const Cast = withOptions(['dtype'], (x, call) => castTo(x, call.dtype()));
export const ConvertToTensor = withOptions(['dtype', 'sparse', 'ragged'], (x, call) =>
  castTo(x, call.dtype()),
);

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
