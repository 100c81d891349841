// Activation functions, and softmax over the last axis.
import * as tf from '@tensorflow/tfjs-core';
import { resolveAxis } from '../kernel-rules/axes.js';
import { broadcastShapes } from '../kernel-rules/broadcast.js';
import { runKernel, sumTo } from '../kernel-rules/broadcasting.js';
import { unaryShape } from '../kernel-rules/element-wise.js';
import type { GradientRule } from '../kernel-rules/gradient-rule.js';
import { folded, type Kernel } from '../kernel-rules/kernel.js';
import {
  misfit,
  requireDType,
  requireRankAtLeast,
  requireReal,
  requireShape,
  type Named,
} from '../kernel-rules/requirements.js';
import { formatShape } from '../shape.js';

function activation(kernel: string, gradient: GradientRule, more: Partial<Kernel> = {}): Kernel {
  return { shape: unaryShape(kernel), gradient, elementWise: 'unary', ...more };
}

const seluScale = 1.0507009873554805;
const seluScaleAlpha = 1.7580993408473768;

export const Relu = activation(
  'Relu',
  ({ inputs, dy }) => ({ x: () => tf.mul(dy[0]!, tf.step(inputs['x']!)) }),
  { chooses: true, fold: folded((x) => (x > 0 ? x : 0)) },
);

// y·(6 - y) is positive exactly where the input lies strictly between the bounds.
export const Relu6 = activation('Relu6', ({ outputs, dy }) => ({
  x: () => tf.mul(dy[0]!, tf.step(tf.mul(outputs[0]!, tf.sub(6, outputs[0]!)))),
}));

export const LeakyRelu = activation(
  'LeakyRelu',
  ({ inputs, attrs, dy }) => ({
    x: () => tf.mul(dy[0]!, tf.step(inputs['x']!, attrs['alpha'] as number)),
  }),
  {
    shape: unaryShape('LeakyRelu', 'float32'),
    attributes: ({ alpha = 0.2 }: { alpha?: number }) => ({ alpha }),
  },
);

export const Prelu: Kernel = {
  shape: ({ x, alpha }: Named<'x' | 'alpha'>) => {
    requireReal('Prelu', 'x', x);
    requireDType('Prelu', 'alpha', alpha, 'float32', 'int32');
    return { shape: broadcastShapes('Prelu', x.shape, alpha.shape), dtype: 'float32' };
  },
  gradient: ({ inputs, dy }) => {
    const { x, alpha } = inputs as { x: tf.Tensor; alpha: tf.Tensor };
    return {
      x: () => tf.where(tf.greater(x, 0), dy[0]!, tf.mul(dy[0]!, alpha)),
      alpha: () => sumTo(tf.mul(dy[0]!, tf.minimum(x, 0)), alpha.shape),
    };
  },
  elementWise: 'several',
};

export const Elu = activation('Elu', ({ outputs, dy }) => ({
  x: () => runKernel(tf.EluGrad, { dy: dy[0]!, y: outputs[0]! }),
}));

export const EluGrad: Kernel = {
  shape: ({ dy, y }: Named<'dy' | 'y'>) => {
    requireShape('EluGrad', 'dy', dy, y.shape, 'as y');
    return { shape: y.shape, dtype: 'float32' };
  },
  gradient: ({ inputs, dy: [v] }) => {
    const { dy, y } = inputs as { dy: tf.Tensor; y: tf.Tensor };
    return {
      dy: () => runKernel(tf.EluGrad, { dy: v!, y }),
      y: () => tf.mul(tf.mul(v!, dy), tf.cast(tf.less(y, 0), 'float32')),
    };
  },
  elementWise: 'several',
};

export const Selu = activation('Selu', ({ inputs, outputs, dy }) => ({
  x: () =>
    tf.where(
      tf.greater(inputs['x']!, 0),
      tf.mul(dy[0]!, seluScale),
      tf.mul(dy[0]!, tf.add(outputs[0]!, seluScaleAlpha)),
    ),
}));

export const Sigmoid = activation('Sigmoid', ({ outputs: [y], dy }) => ({
  x: () => tf.mul(dy[0]!, tf.mul(y!, tf.sub(1, y!))),
}));

export const Softplus = activation('Softplus', ({ inputs, dy }) => ({
  x: () => tf.mul(dy[0]!, tf.sigmoid(inputs['x']!)),
}));

export const Tanh = activation('Tanh', ({ outputs, dy }) => ({
  x: () => tf.mul(dy[0]!, tf.sub(1, tf.square(outputs[0]!))),
}));

export const Softmax: Kernel = {
  attributes: ({ dim = -1 }: { dim?: number }, { logits }: Named<'logits'>) => {
    requireRankAtLeast('Softmax', 'logits', logits, 1);
    const axis = resolveAxis('Softmax', dim, logits.shape);
    if (axis === logits.shape.length - 1) return { axis };
    throw misfit(
      'Softmax',
      `expected the last axis, got ${dim} (logits ${formatShape(logits.shape)})`,
      'transpose the logits first',
    );
  },
  shape: ({ logits }: Named<'logits'>) => {
    requireReal('Softmax', 'logits', logits);
    return { shape: logits.shape, dtype: 'float32' };
  },
  gradient: ({ outputs: [y], attrs, dy: [dy] }) => ({
    logits: () => tf.mul(tf.sub(dy!, tf.sum(tf.mul(dy!, y!), attrs['axis'] as number, true)), y!),
  }),
};

export const LogSoftmax: Kernel = {
  attributes: ({ axis = -1 }: { axis?: number }, { logits }: Named<'logits'>) => ({
    axis: resolveAxis('LogSoftmax', axis, logits.shape),
  }),
  shape: ({ logits }: Named<'logits'>) => {
    requireReal('LogSoftmax', 'logits', logits);
    return { shape: logits.shape, dtype: 'float32' };
  },
  gradient: ({ outputs: [y], attrs, dy: [dy] }) => ({
    logits: () => tf.sub(dy!, tf.mul(tf.exp(y!), tf.sum(dy!, attrs['axis'] as number, true))),
  }),
};
