// Gradients of activation functions.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientRule } from '../gradient-rule.js';
import { runKernel, sumTo } from './broadcasting.js';

const seluScale = 1.0507009873554805;
const seluScaleAlpha = 1.7580993408473768;

export const Relu: GradientRule = ({ inputs, dy }) => ({ x: () => tf.mul(dy[0]!, tf.step(inputs['x']!)) });

// y·(6 - y) is positive exactly where the input lies strictly between the bounds.
export const Relu6: GradientRule = ({ outputs, dy }) => ({
  x: () => tf.mul(dy[0]!, tf.step(tf.mul(outputs[0]!, tf.sub(6, outputs[0]!)))),
});

export const LeakyRelu: GradientRule = ({ inputs, attrs, dy }) => ({
  x: () => tf.mul(dy[0]!, tf.step(inputs['x']!, attrs['alpha'] as number)),
});

export const Prelu: GradientRule = ({ inputs, dy }) => {
  const { x, alpha } = inputs as { x: tf.Tensor; alpha: tf.Tensor };
  return {
    x: () => tf.where(tf.greater(x, 0), dy[0]!, tf.mul(dy[0]!, alpha)),
    alpha: () => sumTo(tf.mul(dy[0]!, tf.minimum(x, 0)), alpha.shape),
  };
};

export const Elu: GradientRule = ({ outputs, dy }) => ({
  x: () => runKernel(tf.EluGrad, { dy: dy[0]!, y: outputs[0]! }),
});

export const EluGrad: GradientRule = ({ inputs, dy: [v] }) => {
  const { dy, y } = inputs as { dy: tf.Tensor; y: tf.Tensor };
  return {
    dy: () => runKernel(tf.EluGrad, { dy: v!, y }),
    y: () => tf.mul(tf.mul(v!, dy), tf.cast(tf.less(y, 0), 'float32')),
  };
};

export const Selu: GradientRule = ({ inputs, outputs, dy }) => ({
  x: () =>
    tf.where(
      tf.greater(inputs['x']!, 0),
      tf.mul(dy[0]!, seluScale),
      tf.mul(dy[0]!, tf.add(outputs[0]!, seluScaleAlpha)),
    ),
});

export const Sigmoid: GradientRule = ({ outputs: [y], dy }) => ({
  x: () => tf.mul(dy[0]!, tf.mul(y!, tf.sub(1, y!))),
});

export const Softplus: GradientRule = ({ inputs, dy }) => ({
  x: () => tf.mul(dy[0]!, tf.sigmoid(inputs['x']!)),
});

export const Tanh: GradientRule = ({ outputs, dy }) => ({
  x: () => tf.mul(dy[0]!, tf.sub(1, tf.square(outputs[0]!))),
});

export const Softmax: GradientRule = ({ outputs: [y], attrs, dy: [dy] }) => ({
  logits: () => tf.mul(tf.sub(dy!, tf.sum(tf.mul(dy!, y!), lastOr(attrs['dim'], y!), true)), y!),
});

export const LogSoftmax: GradientRule = ({ outputs: [y], attrs, dy: [dy] }) => ({
  logits: () => tf.sub(dy!, tf.mul(tf.exp(y!), tf.sum(dy!, lastOr(attrs['axis'], y!), true))),
});

function lastOr(axis: unknown, y: tf.Tensor): number {
  return typeof axis === 'number' ? axis : y.rank - 1;
}
