// Gradient cases of activation functions.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientCase } from '../gradient-case.js';
import { call, op } from '../kernel-case.js';
import { floats, given } from '../sample.js';

// Both sides of zero, and none near it, at 6 or at the bounds of a clip.
const sides = given([-2.1, -1.3, -0.4, 0.35, 1.2, 2.6], 'float32', [2, 3]);
const wide = given([-3, -0.5, 0.5, 3, 5.5, 7], 'float32', [2, 3]);

const functions: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  Relu: tf.relu,
  LeakyRelu: (x) => tf.leakyRelu(x, 0.3),
  Elu: tf.elu,
  Selu: tf.selu,
  Sigmoid: tf.sigmoid,
  Softplus: tf.softplus,
  Tanh: tf.tanh,
};

export const activation: readonly GradientCase[] = [
  ...Object.entries(functions).map(([kernel, fn]) => op(kernel, '', [sides], fn)),
  op('Relu6', '', [wide], tf.relu6),
  op('LeakyRelu', 'with the slope by default', [sides], (x: tf.Tensor) => tf.leakyRelu(x)),
  op('Prelu', 'one slope each', [sides, floats([2, 3], 0.1, 0.4)], tf.prelu),
  op('Prelu', 'one slope for a column', [sides, floats([3], 0.1, 0.4)], tf.prelu),
  op('Prelu', 'one slope', [sides, floats([1], 0.1, 0.4)], tf.prelu),
  call('EluGrad', { dy: floats([2, 3], 0.5, 2), y: given([-0.9, -0.5, -0.1, 0.2, 1, 3], 'float32', [2, 3]) }),
  op('Softmax', '', [sides], (x: tf.Tensor) => tf.softmax(x)),
  op('Softmax', 'of a vector', [floats([4], -1, 1)], (x: tf.Tensor) => tf.softmax(x)),
  call('LogSoftmax', { logits: sides }, { axis: -1 }),
  call('LogSoftmax', { logits: sides }, { axis: 0 }),
];
