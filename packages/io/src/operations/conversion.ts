// keras.ops.core: dtypes, constants and gradients that stop.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions, type OperationDefinition } from './operation-definition.js';

export const Cast = withOptions(['dtype'], (x, call) => tf.cast(x, call.dtype() ?? (x.dtype as 'float32')));
export const ConvertToTensor = withOptions(['dtype', 'sparse', 'ragged'], (x, call) =>
  tf.cast(x, call.dtype() ?? (x.dtype as 'float32')),
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
