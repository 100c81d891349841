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
import {
  atTap,
  besideWinner,
  padForWindows,
  poolAxes2D,
  poolAxes3D,
  tapsOf,
  type WindowAxis,
  type Padding,
  type Pair,
} from '../kernel-rules/windows.js';
import type { Attributes } from '../program.js';
import { formatShape, type Shape, sizeOf } from '../shape.js';

interface Pool2DAttributes {
  readonly filterSize: Pair;
  readonly strides: Pair;
  readonly pad: Padding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Shape4 = [number, number, number, number];

function outputOf2D(
  kernel: string,
  x: Shape,
  { filterSize, strides, pad, dimRoundingMode }: Pool2DAttributes,
): Shape {
  requireRank(kernel, 'x', { shape: x, dtype: 'float32' }, 4);
  const { outShape } = tf.backend_util.computePool2DInfo(
    [...x] as Shape4,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
  );
  requirePossible(kernel, outShape, x);
  return outShape;
}

function pool2D(kernel: string): ShapeRule {
  return ({ x }: Named<'x'>, attrs: Pool2DAttributes) => {
    requireReal(kernel, 'x', x);
    return { shape: outputOf2D(kernel, x.shape, attrs), dtype: x.dtype };
  };
}

type AxesOf = (shape: readonly number[], attrs: Attributes) => WindowAxis[];

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

export const AvgPool: Kernel = {
  shape: pool2D('AvgPool'),
  gradient: average(poolAxes2D, tf.AvgPoolGrad),
  slides: 'pooling',
};

function poolGradient2D(kernel: string): ShapeRule {
  return ({ dy, input }: Named<'dy' | 'input'>, attrs: Pool2DAttributes) => {
    requireShape(
      kernel,
      'dy',
      dy,
      outputOf2D(kernel, input.shape, attrs),
      `for input ${formatShape(input.shape)}`,
    );
    return { shape: input.shape, dtype: 'float32' };
  };
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

export const AvgPoolGrad: Kernel = {
  shape: poolGradient2D('AvgPoolGrad'),
  gradient: averageBackward(poolAxes2D, tf.AvgPool),
  slides: 'pooling',
};

export const MaxPool: Kernel = {
  shape: pool2D('MaxPool'),
  gradient: ({ inputs, outputs, attrs, dy }) => ({
    x: () => runKernel(tf.MaxPoolGrad, { dy: dy[0]!, input: inputs['x']!, output: outputs[0]! }, attrs),
  }),
  slides: 'pooling',
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

export const MaxPoolGrad: Kernel = {
  shape: poolGradient2D('MaxPoolGrad'),
  gradient: maximumBackward(poolAxes2D),
  slides: 'pooling',
};

export const MaxPoolWithArgmax: Kernel = {
  shape: ({ x }: Named<'x'>, attrs: Pool2DAttributes) => {
    requireReal('MaxPoolWithArgmax', 'x', x);
    const shape = outputOf2D('MaxPoolWithArgmax', x.shape, attrs);
    return [
      { shape, dtype: x.dtype },
      { shape, dtype: 'int32' },
    ];
  },
  gradient: ({ inputs, outputs, attrs, dy }) => {
    const { includeBatchInIndex: _flag, ...window } = attrs;
    return {
      x: () => runKernel(tf.MaxPoolGrad, { dy: dy[0]!, input: inputs['x']!, output: outputs[0]! }, window),
    };
  },
  slides: 'pooling',
};

interface Pool3DAttributes {
  readonly filterSize: number | [number, number, number];
  readonly strides: number | [number, number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dataFormat?: 'NDHWC' | 'NCDHW';
}

type Shape5 = [number, number, number, number, number];

function outputOf3D(
  kernel: string,
  x: Shape,
  { filterSize, strides, pad, dimRoundingMode, dataFormat }: Pool3DAttributes,
): Shape {
  requireRank(kernel, 'x', { shape: x, dtype: 'float32' }, 5);
  const { outShape } = tf.backend_util.computePool3DInfo(
    [...x] as Shape5,
    filterSize,
    strides,
    1,
    pad,
    dimRoundingMode,
    dataFormat,
  );
  requirePossible(kernel, outShape, x);
  return outShape;
}

function pool3D(kernel: string): ShapeRule {
  return ({ x }: Named<'x'>, attrs: Pool3DAttributes) => {
    requireReal(kernel, 'x', x);
    return { shape: outputOf3D(kernel, x.shape, attrs), dtype: 'float32' };
  };
}

export const AvgPool3D: Kernel = {
  shape: pool3D('AvgPool3D'),
  gradient: average(poolAxes3D, tf.AvgPool3DGrad),
  slides: 'pooling',
};

function poolGradient3D(kernel: string): ShapeRule {
  return ({ dy, input }: Named<'dy' | 'input'>, attrs: Pool3DAttributes) => {
    requireShape(
      kernel,
      'dy',
      dy,
      outputOf3D(kernel, input.shape, attrs),
      `for input ${formatShape(input.shape)}`,
    );
    return { shape: input.shape, dtype: 'float32' };
  };
}

export const AvgPool3DGrad: Kernel = {
  shape: poolGradient3D('AvgPool3DGrad'),
  gradient: averageBackward(poolAxes3D, tf.AvgPool3D),
  slides: 'pooling',
};

export const MaxPool3D: Kernel = {
  shape: pool3D('MaxPool3D'),
  // tfjs-backend-cpu mixes up places of windows that are wider than high, so such windows are compared place by place.
  gradient: (call) => {
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
  },
  slides: 'pooling',
};

export const MaxPool3DGrad: Kernel = {
  shape: poolGradient3D('MaxPool3DGrad'),
  gradient: maximumBackward(poolAxes3D),
  slides: 'pooling',
};
