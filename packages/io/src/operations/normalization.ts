// keras.ops.nn: normalisations by moments that are given or taken along axes.
import * as tf from '@tensorflow/tfjs-core';
import {
  toFloat,
  withOptions,
  type OperationCall,
  type OperationDefinition,
} from './operation-definition.js';

const epsilonOf = (call: OperationCall): number =>
  call.option('epsilon') === null ? 1e-7 : call.number('epsilon');

/** Axes as they are said; without any, the last one. */
const axesOf = (x: tf.Tensor, call: OperationCall): number[] =>
  call.option('axis') === null ? [x.rank - 1] : call.axes(x);

/** The sizes of a parameter along `axes`, one elsewhere. */
const along = (x: tf.Tensor, axes: readonly number[]): number[] =>
  x.shape.map((size, i) => (axes.includes(i) ? size : 1));

/** By the root of the mean square alone. */
function byRootMeanSquare(x: tf.Tensor, axes: number[], epsilon: number): tf.Tensor {
  return tf.mul(x, tf.rsqrt(tf.add(tf.mean(tf.square(x), axes, true), epsilon)));
}

export const BatchNorm: OperationDefinition = {
  parameters: ['x', 'mean', 'variance', 'offset', 'scale'],
  options: ['axis', 'epsilon'],
  run: (call) => {
    const x = call.float('x');
    const shape = along(x, [call.axis(x.rank)]);
    const parameter = (name: string): tf.Tensor => tf.reshape(call.float(name), shape);
    const inverse = tf.rsqrt(tf.add(parameter('variance'), call.number('epsilon', 1e-3)));
    const scaled = call.has('scale') ? tf.mul(inverse, parameter('scale')) : inverse;
    const shift = tf.neg(tf.mul(parameter('mean'), scaled));
    const moved = call.has('offset') ? tf.add(shift, parameter('offset')) : shift;
    return tf.add(tf.mul(x, scaled), moved);
  },
};

export const LayerNorm: OperationDefinition = {
  parameters: ['x', 'gamma', 'beta'],
  options: ['axis', 'epsilon', 'rms_scaling'],
  run: (call) => {
    const x = call.float('x');
    const axes = axesOf(x, call);
    const shape = along(x, axes);
    const parameter = (name: string): tf.Tensor | undefined =>
      call.has(name) ? tf.reshape(call.float(name), shape) : undefined;
    const [gamma, beta] = [parameter('gamma'), parameter('beta')];
    const mean = tf.mean(x, axes, true);
    const variance = tf.mean(tf.square(tf.sub(x, mean)), axes, true);
    const inverse = tf.rsqrt(tf.add(variance, epsilonOf(call)));
    // What Keras calls scaling by the root mean square divides by the deviation, and takes no mean away.
    const isCentred = !call.flag('rms_scaling');
    const scaled = tf.mul(
      isCentred ? tf.sub(x, mean) : x,
      gamma === undefined ? inverse : tf.mul(inverse, gamma),
    );
    return beta === undefined || !isCentred ? scaled : tf.add(scaled, beta);
  },
};

export const RMSNorm: OperationDefinition = {
  parameters: ['x', 'scale'],
  options: ['axis', 'epsilon'],
  run: (call) => {
    const x = call.float('x');
    const found = byRootMeanSquare(x, axesOf(x, call), epsilonOf(call));
    return call.has('scale') ? tf.mul(found, call.float('scale')) : found;
  },
};

export const Normalize = withOptions(['axis', 'order', 'epsilon'], (x, call) => {
  const order = call.integer('order', 2);
  const least = call.number('epsilon', 1e-7);
  const axes = call.axes(x);
  const floats = toFloat(x);
  if (order === 2)
    return tf.mul(floats, tf.rsqrt(tf.maximum(tf.sum(tf.square(floats), axes, true), least ** 2)));
  if (order < 1 || axes.length !== 1)
    throw call.fail(`normalize of order ${order} along ${axes.length} axes is not supported`);
  const sizes = tf.abs(floats);
  const norm =
    order === 1 ? tf.sum(sizes, axes, true) : tf.pow(tf.sum(tf.pow(sizes, order), axes, true), 1 / order);
  return tf.div(floats, tf.maximum(norm, least));
});
