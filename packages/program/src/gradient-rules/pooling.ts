// Gradients of pooling and of its backward kernels.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientRule } from '../gradient-rule.js';
import type { Attributes } from '../program.js';
import { sizeOf } from '../shape.js';
import { runKernel } from './broadcasting.js';
import {
  atTap,
  besideWinner,
  padForWindows,
  poolAxes2D,
  poolAxes3D,
  tapsOf,
  type WindowAxis,
} from './windows.js';

type AxesOf = (shape: readonly number[], attrs: Attributes) => WindowAxis[];

/** tfjs' averages leave padding out, its backward kernels count it in, libtensorflow's do not: so none is left to them. */
function average(axesOf: AxesOf, backward: string): GradientRule {
  return ({ inputs, attrs, dy: [dy] }) => {
    const x = inputs['x']!;
    return {
      x: () => {
        const axes = axesOf(x.shape, attrs);
        const padded = padForWindows(x, axes);
        const found = runKernel(backward, { dy: weighted(dy!, axes), input: padded }, withoutPadding(attrs));
        return padded === x ? found : tf.slice(found, [0, ...axes.map(({ before }) => before), 0], x.shape);
      },
    };
  };
}

/** Scales by window size over the number of real elements in each window. */
function weighted(dy: tf.Tensor, axes: readonly WindowAxis[]): tf.Tensor {
  if (axes.every(({ before, after }) => before === 0 && after === 0)) return dy;
  const weights = axes.map(({ inSize, outSize, filter, stride, before }) =>
    Array.from({ length: outSize }, (_, i) => {
      const start = i * stride - before;
      return filter / Math.max(1, Math.min(inSize, start + filter) - Math.max(0, start));
    }),
  );
  const shape = axes.map(({ outSize }) => outSize);
  const all = new Float32Array(sizeOf(shape)).map((_, flat) => {
    let rest = flat;
    let weight = 1;
    for (let i = axes.length - 1; i >= 0; i--) {
      weight *= weights[i]![rest % shape[i]!]!;
      rest = Math.floor(rest / shape[i]!);
    }
    return weight;
  });
  return tf.mul(dy, tf.tensor(all, [1, ...shape, 1]));
}

function withoutPadding(attrs: Attributes): Attributes {
  const { dimRoundingMode: _mode, ...rest } = attrs;
  return { ...rest, pad: 'valid' };
}

/** The backward kernel gives each element of a window the same share; its adjoint averages, padding counted in. */
function averageBackward(axesOf: AxesOf, forward: string): GradientRule {
  return ({ inputs, attrs, dy: [v] }) => ({
    dy: () => {
      const format: Attributes = forward === tf.AvgPool3D ? { dataFormat: 'NDHWC' } : {};
      return runKernel(
        forward,
        { x: padForWindows(v!, axesOf(inputs['input']!.shape, attrs)) },
        { ...format, ...withoutPadding(attrs) },
      );
    },
  });
}

export const AvgPool = average(poolAxes2D, tf.AvgPoolGrad);
export const AvgPool3D = average(poolAxes3D, tf.AvgPool3DGrad);
export const AvgPoolGrad = averageBackward(poolAxes2D, tf.AvgPool);
export const AvgPool3DGrad = averageBackward(poolAxes3D, tf.AvgPool3D);

export const MaxPool: GradientRule = ({ inputs, outputs, attrs, dy }) => ({
  x: () => runKernel(tf.MaxPoolGrad, { dy: dy[0]!, input: inputs['x']!, output: outputs[0]! }, attrs),
});

export const MaxPoolWithArgmax: GradientRule = ({ inputs, outputs, attrs, dy }) => {
  const { includeBatchInIndex: _flag, ...window } = attrs;
  return {
    x: () => runKernel(tf.MaxPoolGrad, { dy: dy[0]!, input: inputs['x']!, output: outputs[0]! }, window),
  };
};

// tfjs-backend-cpu mixes up places of windows that are wider than high, so such windows are compared place by place.
export const MaxPool3D: GradientRule = (call) => {
  const { inputs, outputs, attrs, dy } = call;
  const x = inputs['x']!;
  const axes = poolAxes3D(x.shape, attrs);
  if (axes[1]!.filter === axes[2]!.filter) {
    const { dataFormat: _format, ...window } = attrs;
    return { x: () => runKernel(tf.MaxPool3DGrad, { dy: dy[0]!, input: x, output: outputs[0]! }, window) };
  }
  return call.through(['x'], ({ x: fresh }) => {
    const padded = padForWindows(fresh!, axes, -Infinity);
    return tapsOf(axes)
      .map((tap) => atTap(padded, axes, tap))
      .reduce((best, next) => tf.maximum(best, next));
  });
};

function maximumBackward(axesOf: AxesOf): GradientRule {
  return ({ inputs, attrs, dy: [v] }) => {
    const { input, output } = inputs as { input: tf.Tensor; output: tf.Tensor };
    return {
      dy: () => {
        const axes = axesOf(input.shape, attrs);
        const values = padForWindows(input, axes, -Infinity);
        const beside = padForWindows(v!, axes);
        return besideWinner(
          output,
          tapsOf(axes).map((tap) => ({
            candidate: atTap(values, axes, tap),
            beside: atTap(beside, axes, tap),
          })),
        );
      },
    };
  };
}

export const MaxPoolGrad = maximumBackward(poolAxes2D);
export const MaxPool3DGrad = maximumBackward(poolAxes3D);
