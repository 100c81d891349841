// Gradients of convolutions and of their two backward kernels, which are each other's adjoints.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientRule } from '../gradient-rule.js';
import type { Attribute, Attributes } from '../program.js';
import { runKernel } from './broadcasting.js';
import { pick, spread } from './spread.js';

/** The three kernels of one kind of convolution. */
interface Family {
  readonly forward: string;
  readonly toInput: string;
  readonly toFilter: string;
  /** How many axes slide. */
  readonly spatial: number;
  /** The attributes that all three share. */
  readonly shared: readonly string[];
  /** The further attributes of the forward kernel. */
  readonly defaults: Attributes;
}

const conv2D: Family = {
  forward: tf.Conv2D,
  toInput: tf.Conv2DBackpropInput,
  toFilter: tf.Conv2DBackpropFilter,
  spatial: 2,
  shared: ['strides', 'pad', 'dataFormat', 'dimRoundingMode'],
  defaults: { dilations: [1, 1] },
};

const depthwise: Family = {
  forward: tf.DepthwiseConv2dNative,
  toInput: tf.DepthwiseConv2dNativeBackpropInput,
  toFilter: tf.DepthwiseConv2dNativeBackpropFilter,
  spatial: 2,
  shared: ['strides', 'pad', 'dimRoundingMode'],
  defaults: { dilations: [1, 1], dataFormat: 'NHWC' },
};

const conv3D: Family = {
  forward: tf.Conv3D,
  toInput: tf.Conv3DBackpropInputV2,
  toFilter: tf.Conv3DBackpropFilterV2,
  spatial: 3,
  shared: ['strides', 'pad'],
  defaults: { dilations: [1, 1, 1], dataFormat: 'NDHWC' },
};

function shared(family: Family, attrs: Attributes): Attributes {
  const own: Record<string, Attribute> = {};
  for (const name of family.shared) if (attrs[name] !== undefined) own[name] = attrs[name];
  // The backward kernels of the depthwise convolution ask for dilations too.
  return family === depthwise ? { ...own, dilations: [1, 1] } : own;
}

// tfjs' backward kernels know no dilation; a dilated filter is a larger filter with zeros in it.
function forward(family: Family): GradientRule {
  return ({ inputs, attrs, dy: [dy] }) => {
    const { x, filter } = inputs as { x: tf.Tensor; filter: tf.Tensor };
    const given = attrs['dilations'] as number | readonly number[] | undefined;
    const steps = Array.from({ length: family.spatial }, (_, i) =>
      typeof given === 'number' ? given : (given?.[i] ?? 1),
    );
    const wide = (): tf.Tensor => steps.reduce((found, step, axis) => spread(found, axis, step), filter);
    const wideShape = filter.shape.map((size, i) => (i < family.spatial ? (size - 1) * steps[i]! + 1 : size));
    const common = shared(family, attrs);
    return {
      x: () => runKernel(family.toInput, { dy: dy!, filter: wide() }, { ...common, inputShape: x.shape }),
      filter: () =>
        pick(runKernel(family.toFilter, { x, dy: dy! }, { ...common, filterShape: wideShape }), [
          ...steps,
          1,
          1,
        ]),
    };
  };
}

function toInput(family: Family): GradientRule {
  return ({ inputs, attrs, dy: [v] }) => {
    const { dy, filter } = inputs as { dy: tf.Tensor; filter: tf.Tensor };
    const common = shared(family, attrs);
    return {
      dy: () => runKernel(family.forward, { x: v!, filter }, { ...family.defaults, ...common }),
      filter: () => runKernel(family.toFilter, { x: v!, dy }, { ...common, filterShape: filter.shape }),
    };
  };
}

function toFilter(family: Family): GradientRule {
  return ({ inputs, attrs, dy: [v] }) => {
    const { x, dy } = inputs as { x: tf.Tensor; dy: tf.Tensor };
    const common = shared(family, attrs);
    return {
      x: () => runKernel(family.toInput, { dy, filter: v! }, { ...common, inputShape: x.shape }),
      dy: () => runKernel(family.forward, { x, filter: v! }, { ...family.defaults, ...common }),
    };
  };
}

export const Conv2D = forward(conv2D);
export const Conv2DBackpropInput = toInput(conv2D);
export const Conv2DBackpropFilter = toFilter(conv2D);
export const DepthwiseConv2dNative = forward(depthwise);
export const DepthwiseConv2dNativeBackpropInput = toInput(depthwise);
export const DepthwiseConv2dNativeBackpropFilter = toFilter(depthwise);
export const Conv3D = forward(conv3D);
export const Conv3DBackpropInputV2 = toInput(conv3D);
export const Conv3DBackpropFilterV2 = toFilter(conv3D);
