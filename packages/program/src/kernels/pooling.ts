// Pooling over windows and its backward kernels.
import * as tf from '@tensorflow/tfjs-core';
import { runKernel } from '../kernel-rules/broadcasting.js';
import type { GradientRule } from '../kernel-rules/gradient-rule.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import {
  requirePossible,
  requireRank,
  requireReal,
  requireShape,
  type Named,
} from '../kernel-rules/requirements.js';
import type { ShapeRule } from '../kernel-rules/shape-rule.js';
import { atTap, besideWinner, padForWindows, tapsOf } from '../kernel-rules/taps.js';
import {
  poolingAttributes,
  poolWindows,
  type PoolingAttributes,
  type Window,
} from '../kernel-rules/windows.js';
import type { Attributes, ValueType } from '../program.js';
import { formatShape, sizeOf, type Shape } from '../shape.js';

/** Over so many axes. */
function pooling(axes: number, shape: ShapeRule, gradient: GradientRule): Kernel {
  return { attributes: poolingAttributes(axes), shape, gradient, slides: 'pooling' };
}

function outputOf(kernel: string, axes: number, x: Shape, attrs: PoolingAttributes): Shape {
  requireRank(kernel, 'x', { shape: x, dtype: 'float32' }, axes + 2);
  const space = poolWindows(attrs, x).map(({ output }) => output);
  const shape = attrs.isChannelsFirst ? [x[0]!, x[1]!, ...space] : [x[0]!, ...space, x.at(-1)!];
  requirePossible(kernel, shape, x);
  return shape;
}

/** `dtype`: that of the result, where it is not the input's. */
function forward(kernel: string, axes: number, dtype?: 'float32') {
  return ({ x }: Named<'x'>, attrs: PoolingAttributes): ValueType => {
    requireReal(kernel, 'x', x);
    return { shape: outputOf(kernel, axes, x.shape, attrs), dtype: dtype ?? x.dtype };
  };
}

function backward(kernel: string, axes: number): ShapeRule {
  return ({ dy, input }: Named<'dy' | 'input'>, attrs: PoolingAttributes) => {
    const expected = outputOf(kernel, axes, input.shape, attrs);
    requireShape(kernel, 'dy', dy, expected, `for input ${formatShape(input.shape)}`);
    return { shape: input.shape, dtype: 'float32' };
  };
}

/** Scales by window size over the number of real elements in each window. */
function weighted(dy: tf.Tensor, windows: readonly Window[]): tf.Tensor {
  if (windows.every(({ before, after }) => before === 0 && after === 0)) return dy;
  const weights = windows.map(({ input, output, size, stride, before }) =>
    Array.from({ length: output }, (_, i) => {
      const start = i * stride - before;
      return size / Math.max(1, Math.min(input, start + size) - Math.max(0, start));
    }),
  );
  const shape = windows.map(({ output }) => output);
  const all = new Float32Array(sizeOf(shape)).map((_, flat) => {
    let rest = flat;
    let weight = 1;
    for (let i = windows.length - 1; i >= 0; i--) {
      weight *= weights[i]![rest % shape[i]!]!;
      rest = Math.floor(rest / shape[i]!);
    }
    return weight;
  });
  return tf.mul(dy, tf.tensor(all, [1, ...shape, 1]));
}

function withoutPadding(raw: Attributes): Attributes {
  const { dimRoundingMode: _mode, ...rest } = raw;
  return { ...rest, pad: 'valid' };
}

/** tfjs' averages leave padding out, its backward kernels count it in, libtensorflow's do not: so none is left to them. */
function averageGradient(backwardKernel: string): GradientRule {
  return ({ inputs, attrs, raw, dy: [dy] }) => {
    const x = inputs['x']!;
    return {
      x: () => {
        const windows = poolWindows(attrs as PoolingAttributes, x.shape);
        const padded = padForWindows(x, windows);
        const given = { dy: weighted(dy!, windows), input: padded };
        const found = runKernel(backwardKernel, given, withoutPadding(raw));
        return padded === x
          ? found
          : tf.slice(found, [0, ...windows.map(({ before }) => before), 0], x.shape);
      },
    };
  };
}

/** The backward kernel gives each element of a window the same share; its adjoint averages, padding counted in. */
function averageBackward(forwardKernel: string): GradientRule {
  return ({ inputs, attrs, raw, dy: [v] }) => ({
    dy: () => {
      const format: Attributes = forwardKernel === tf.AvgPool3D ? { dataFormat: 'NDHWC' } : {};
      const windows = poolWindows(attrs as PoolingAttributes, inputs['input']!.shape);
      return runKernel(
        forwardKernel,
        { x: padForWindows(v!, windows) },
        { ...format, ...withoutPadding(raw) },
      );
    },
  });
}

const maximumBackward: GradientRule = ({ inputs, attrs, dy: [v] }) => {
  const { input, output } = inputs as { input: tf.Tensor; output: tf.Tensor };
  return {
    dy: () => {
      const windows = poolWindows(attrs as PoolingAttributes, input.shape);
      const values = padForWindows(input, windows, -Infinity);
      const beside = padForWindows(v!, windows);
      return besideWinner(
        output,
        tapsOf(windows).map((tap) => ({
          candidate: atTap(values, windows, tap),
          beside: atTap(beside, windows, tap),
        })),
      );
    },
  };
};

const maximumGradient: GradientRule = ({ inputs, outputs, raw, dy }) => {
  const { includeBatchInIndex: _flag, ...window } = raw;
  return {
    x: () => runKernel(tf.MaxPoolGrad, { dy: dy[0]!, input: inputs['x']!, output: outputs[0]! }, window),
  };
};

export const AvgPool = pooling(2, forward('AvgPool', 2), averageGradient(tf.AvgPoolGrad));
export const AvgPoolGrad = pooling(2, backward('AvgPoolGrad', 2), averageBackward(tf.AvgPool));
export const MaxPool: Kernel = {
  ...pooling(2, forward('MaxPool', 2), maximumGradient),
  chooses: true,
};
export const MaxPoolGrad = pooling(2, backward('MaxPoolGrad', 2), maximumBackward);

export const MaxPoolWithArgmax = pooling(
  2,
  (inputs: Named<'x'>, attrs: PoolingAttributes) => {
    const values = forward('MaxPoolWithArgmax', 2)(inputs, attrs);
    return [values, { shape: values.shape, dtype: 'int32' }];
  },
  maximumGradient,
);

export const AvgPool3D = pooling(3, forward('AvgPool3D', 3, 'float32'), averageGradient(tf.AvgPool3DGrad));
export const AvgPool3DGrad = pooling(3, backward('AvgPool3DGrad', 3), averageBackward(tf.AvgPool3D));

export const MaxPool3D = pooling(
  3,
  forward('MaxPool3D', 3, 'float32'),
  // tfjs-backend-cpu mixes up places of windows that are wider than high, so such windows are compared place by place.
  (call) => {
    const { inputs, outputs, attrs, raw, dy } = call;
    const x = inputs['x']!;
    const windows = poolWindows(attrs as PoolingAttributes, x.shape);
    if (windows[1]!.size === windows[2]!.size) {
      const { dataFormat: _format, ...window } = raw;
      return { x: () => runKernel(tf.MaxPool3DGrad, { dy: dy[0]!, input: x, output: outputs[0]! }, window) };
    }
    return call.through(['x'], ({ x: fresh }) => {
      const padded = padForWindows(fresh!, windows, -Infinity);
      return tapsOf(windows)
        .map((tap) => atTap(padded, windows, tap))
        .reduce((best, next) => tf.maximum(best, next));
    });
  },
);

export const MaxPool3DGrad = pooling(3, backward('MaxPool3DGrad', 3), maximumBackward);
