// keras.ops: numbers in equal steps between tensors, and what is known of a tensor by its shape.
import * as tf from '@tensorflow/tfjs-core';
import {
  castTo,
  toFloat,
  unary,
  type OperationCall,
  type OperationDefinition,
} from './operation-definition.js';

const stepOptions = ['num', 'endpoint', 'dtype', 'axis'];

/** `at` gives the values for fractions of the way from start to stop, which broadcast with both. */
const between = (
  at: (start: tf.Tensor, stop: tf.Tensor, fraction: tf.Tensor, call: OperationCall) => tf.Tensor,
  more: readonly string[] = [],
): OperationDefinition => ({
  parameters: ['start', 'stop'],
  options: [...stepOptions, ...more],
  run: (call) => {
    const [start, stop] = call.pair('start', 'stop').map((x) => tf.expandDims(toFloat(x), 0));
    const count = call.integer('num', 50);
    const steps = Math.max(1, call.option('endpoint') === false ? count : count - 1);
    const rank = Math.max(start!.rank, stop!.rank);
    const fraction = tf.reshape(tf.div(tf.range(0, count), steps), [
      count,
      ...Array<number>(rank - 1).fill(1),
    ]);
    const found = at(start!, stop!, fraction, call);
    const axis = call.axis(rank, 0);
    const order = found.shape.map((_, i) => i).slice(1);
    order.splice(axis, 0, 0);
    const values = castTo(tf.transpose(found, order), call.dtype());
    return call.flag('retstep') ? [values, tf.div(tf.squeeze(tf.sub(stop!, start!), [0]), steps)] : values;
  },
});

const linear = (start: tf.Tensor, stop: tf.Tensor, fraction: tf.Tensor): tf.Tensor =>
  tf.add(tf.mul(start, tf.sub(1, fraction)), tf.mul(stop, fraction));

export const Linspace = between(linear, ['retstep']) as OperationDefinition;
export const Logspace = between(
  (start, stop, fraction, call) => tf.pow(call.number('base', 10), linear(start, stop, fraction)),
  ['base'],
);
export const Geomspace = between((start, stop, fraction) =>
  tf.mul(start, tf.pow(tf.div(stop, start), fraction)),
);

export const Ndim = unary((x) => tf.scalar(x.rank, 'int32'));
export const Size = unary((x) => tf.scalar(x.size, 'int32'));
