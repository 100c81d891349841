// Morphological dilation and its backward kernels; channels last only, as in tfjs.
import * as tf from '@tensorflow/tfjs-core';
import { reshapeTo, runKernel } from '../kernel-rules/broadcasting.js';
import type { GradientRule } from '../kernel-rules/gradient-rule.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import {
  misfit,
  requirePossible,
  requireRank,
  requireReal,
  requireSameDType,
  requireShape,
  type Named,
} from '../kernel-rules/requirements.js';
import type { ShapeRule } from '../kernel-rules/shape-rule.js';
import { atTap, besideWinner, padForWindows, tapsOf } from '../kernel-rules/taps.js';
import {
  convolutionAttributes,
  dilationWindows,
  type ConvolutionAttributes,
} from '../kernel-rules/windows.js';
import { formatShape, type Shape } from '../shape.js';

type Inputs = Named<'x' | 'filter'>;

function outputOf(kernel: string, { x, filter }: Inputs, attrs: ConvolutionAttributes): Shape {
  requireReal(kernel, 'x', x);
  requireSameDType(kernel, x, filter);
  requireRank(kernel, 'x', x, 4);
  requireRank(kernel, 'filter', filter, 3);
  if (x.shape[3] !== filter.shape[2]) {
    throw misfit(
      kernel,
      `expected an input of ${filter.shape[2]} channels (filter ${formatShape(filter.shape)}), got ${x.shape[3]} (input ${formatShape(x.shape)})`,
    );
  }
  const windows = dilationWindows(attrs, x.shape, filter.shape);
  const shape = [x.shape[0]!, ...windows.map(({ output }) => output), x.shape[3]!];
  requirePossible(kernel, shape, x.shape);
  return shape;
}

const attributes = convolutionAttributes(2);

export const Dilation2D: Kernel = {
  attributes,
  shape: (inputs: Inputs, attrs: ConvolutionAttributes) => ({
    shape: outputOf('Dilation2D', inputs, attrs),
    dtype: inputs.x.dtype,
  }),
  gradient: ({ inputs, raw, dy }) => ({
    x: () => runKernel(tf.Dilation2DBackpropInput, { ...inputs, dy: dy[0]! }, raw),
    filter: () => runKernel(tf.Dilation2DBackpropFilter, { ...inputs, dy: dy[0]! }, raw),
  }),
};

function backwardShape(kernel: string, of: 'x' | 'filter'): ShapeRule {
  return (inputs: Inputs & Named<'dy'>, attrs: ConvolutionAttributes) => {
    const forward = outputOf(kernel, inputs, attrs);
    requireShape(
      kernel,
      'dy',
      inputs.dy,
      forward,
      `for input ${formatShape(inputs.x.shape)} and filter ${formatShape(inputs.filter.shape)}`,
    );
    return inputs[of];
  };
}

const lowest = -3e38;

/** Both backward kernels hand each element of `dy` to the place that won; so only `dy` has a gradient, read from there. */
function backward(side: 'input' | 'filter'): GradientRule {
  return ({ inputs, attrs, raw, dy: [v] }) => {
    const { x, filter } = inputs as { x: tf.Tensor; filter: tf.Tensor };
    return {
      dy: () => {
        const axes = dilationWindows(attrs as ConvolutionAttributes, x.shape, filter.shape);
        const values = padForWindows(x, axes, lowest);
        const beside = side === 'input' ? padForWindows(v!, axes) : v!;
        const weight = (of: tf.Tensor, [h, w]: readonly number[]): tf.Tensor =>
          reshapeTo(tf.slice(of, [h!, w!, 0], [1, 1, of.shape[2]!]), [of.shape[2]!]);
        const pairs = tapsOf(axes).map((tap) => ({
          candidate: tf.add(atTap(values, axes, tap), weight(filter, tap)),
          beside: side === 'input' ? atTap(beside, axes, tap) : weight(beside, tap),
        }));
        return besideWinner(runKernel(tf.Dilation2D, { x, filter }, raw), pairs);
      },
    };
  };
}

export const Dilation2DBackpropFilter: Kernel = {
  attributes,
  shape: backwardShape('Dilation2DBackpropFilter', 'filter'),
  gradient: backward('filter'),
};

export const Dilation2DBackpropInput: Kernel = {
  attributes,
  shape: backwardShape('Dilation2DBackpropInput', 'x'),
  gradient: backward('input'),
};
