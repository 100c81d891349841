// Convolutions and their two backward kernels, which are each other's adjoints, in the layouts and with the paddings that
// tfjs takes.
import * as tf from '@tensorflow/tfjs-core';
import { runKernel } from '../kernel-rules/broadcasting.js';
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
import { pick, spread } from '../kernel-rules/spread.js';
import type { Padding, Pair } from '../kernel-rules/windows.js';
import type { ValueType, Attribute, Attributes } from '../program.js';
import { formatShape, type Shape } from '../shape.js';

interface Conv2DAttributes {
  readonly strides: Pair;
  readonly pad: Padding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: Pair | null;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly filterShape: Shape;
  readonly inputShape: Shape;
}

type Shape4 = [number, number, number, number];

function outputOf2D(
  kernel: string,
  x: Shape,
  filter: Shape,
  attrs: Conv2DAttributes,
  depthwise = false,
): Shape {
  requireRank(kernel, 'x', { shape: x, dtype: 'float32' }, 4);
  requireRank(kernel, 'filter', { shape: filter, dtype: 'float32' }, 4);
  // tfjs' depthwise kernels compute channels last whatever the attribute says.
  const isFirst = attrs.dataFormat === 'NCHW' && !depthwise;
  const channels = isFirst ? x[1]! : x[3]!;
  if (channels !== filter[2]) {
    throw misfit(
      kernel,
      `expected an input of ${filter[2]} channels (filter ${formatShape(filter)}), got ${channels} (input ${formatShape(x)})`,
    );
  }
  const { outShape } = tf.backend_util.computeConv2DInfo(
    [...x] as Shape4,
    [...filter] as Shape4,
    attrs.strides,
    attrs.dilations ?? 1,
    attrs.pad,
    attrs.dimRoundingMode,
    depthwise,
    isFirst ? 'channelsFirst' : 'channelsLast',
  );
  requirePossible(kernel, outShape, x);
  return outShape;
}

function requirePair(kernel: string, x: ValueType, filter: ValueType): void {
  requireReal(kernel, 'x', x);
  requireSameDType(kernel, x, filter);
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

// tfjs' backward kernels know no dilation; a dilated filter is a larger filter with zeros in it.
function forwardGradient(family: Family): GradientRule {
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

const depthwise: Family = {
  forward: tf.DepthwiseConv2dNative,
  toInput: tf.DepthwiseConv2dNativeBackpropInput,
  toFilter: tf.DepthwiseConv2dNativeBackpropFilter,
  spatial: 2,
  shared: ['strides', 'pad', 'dimRoundingMode'],
  defaults: { dilations: [1, 1], dataFormat: 'NHWC' },
};

function shared(family: Family, attrs: Attributes): Attributes {
  const own: Record<string, Attribute> = {};
  for (const name of family.shared) if (attrs[name] !== undefined) own[name] = attrs[name];
  // The backward kernels of the depthwise convolution ask for dilations too.
  return family === depthwise ? { ...own, dilations: [1, 1] } : own;
}

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

export const Conv2D: Kernel = {
  shape: ({ x, filter }: Named<'x' | 'filter'>, attrs: Conv2DAttributes) => {
    requirePair('Conv2D', x, filter);
    return { shape: outputOf2D('Conv2D', x.shape, filter.shape, attrs), dtype: x.dtype };
  },
  gradient: forwardGradient(conv2D),
  slides: 'convolution',
};

function inputGradient2D(kernel: string, depthwise: boolean): ShapeRule {
  return ({ dy, filter }: Named<'dy' | 'filter'>, attrs: Conv2DAttributes) => {
    const { inputShape } = attrs;
    const forward = outputOf2D(
      kernel,
      inputShape,
      filter.shape,
      depthwise ? attrs : { ...attrs, dilations: 1 },
      depthwise,
    );
    requireShape(
      kernel,
      'dy',
      dy,
      forward,
      `for input ${formatShape(inputShape)} and filter ${formatShape(filter.shape)}`,
    );
    return { shape: inputShape, dtype: 'float32' };
  };
}

export const Conv2DBackpropInput: Kernel = {
  shape: inputGradient2D('Conv2DBackpropInput', false),
  gradient: toInput(conv2D),
  slides: 'convolution',
};

function filterGradient2D(kernel: string, depthwise: boolean): ShapeRule {
  return ({ x, dy }: Named<'x' | 'dy'>, attrs: Conv2DAttributes) => {
    const { filterShape } = attrs;
    const forward = outputOf2D(
      kernel,
      x.shape,
      filterShape,
      depthwise ? attrs : { ...attrs, dilations: 1 },
      depthwise,
    );
    requireShape(
      kernel,
      'dy',
      dy,
      forward,
      `for input ${formatShape(x.shape)} and filter ${formatShape(filterShape)}`,
    );
    return { shape: filterShape, dtype: 'float32' };
  };
}

export const Conv2DBackpropFilter: Kernel = {
  shape: filterGradient2D('Conv2DBackpropFilter', false),
  gradient: toFilter(conv2D),
  slides: 'convolution',
};

export const DepthwiseConv2dNative: Kernel = {
  shape: ({ x, filter }: Named<'x' | 'filter'>, attrs: Conv2DAttributes) => {
    requirePair('DepthwiseConv2dNative', x, filter);
    return { shape: outputOf2D('DepthwiseConv2dNative', x.shape, filter.shape, attrs, true), dtype: x.dtype };
  },
  gradient: forwardGradient(depthwise),
  // It strides or dilates, not both: of every place, those that the strides reach are kept.
  portable: ({ x, filter }, attrs) => {
    const { strides, pad, dimRoundingMode, ...others } = attrs as unknown as Conv2DAttributes;
    const dilations = others.dilations ?? 1;
    if ([strides].flat().every((by) => by === 1) || [dilations].flat().every((by) => by === 1))
      return undefined;
    const info = tf.backend_util.computeConv2DInfo(
      x!.shape as [number, number, number, number],
      filter!.shape as [number, number, number, number],
      strides,
      dilations,
      pad,
      dimRoundingMode,
      true,
    );
    const { top, bottom, left, right } = info.padInfo;
    const padded = tf.pad(x!, [[0, 0], [top, bottom], [left, right], [0, 0]]); // prettier-ignore
    const everywhere = tf.depthwiseConv2d(
      padded as tf.Tensor4D,
      filter as tf.Tensor4D,
      1,
      'valid',
      'NHWC',
      dilations,
    );
    return tf.stridedSlice(
      everywhere,
      [0, 0, 0, 0],
      [
        info.batchSize,
        (info.outHeight - 1) * info.strideHeight + 1,
        (info.outWidth - 1) * info.strideWidth + 1,
        info.outChannels,
      ],
      [1, info.strideHeight, info.strideWidth, 1],
    );
  },
  slides: 'depthwise convolution',
};

export const DepthwiseConv2dNativeBackpropInput: Kernel = {
  shape: inputGradient2D('DepthwiseConv2dNativeBackpropInput', true),
  gradient: toInput(depthwise),
  slides: 'depthwise convolution',
};

export const DepthwiseConv2dNativeBackpropFilter: Kernel = {
  shape: filterGradient2D('DepthwiseConv2dNativeBackpropFilter', true),
  gradient: toFilter(depthwise),
  slides: 'depthwise convolution',
};

interface Conv3DAttributes {
  readonly strides: number | [number, number, number];
  readonly pad: 'same' | 'valid';
  readonly dilations?: number | [number, number, number];
  readonly filterShape: Shape;
  readonly inputShape: Shape;
}

type Shape5 = [number, number, number, number, number];

function outputOf3D(
  kernel: string,
  x: Shape,
  filter: Shape,
  { strides, dilations = 1, pad }: Conv3DAttributes,
): Shape {
  requireRank(kernel, 'x', { shape: x, dtype: 'float32' }, 5);
  requireRank(kernel, 'filter', { shape: filter, dtype: 'float32' }, 5);
  if (x[4] !== filter[3]) {
    throw misfit(
      kernel,
      `expected an input of ${filter[3]} channels (filter ${formatShape(filter)}), got ${x[4]} (input ${formatShape(x)})`,
    );
  }
  const { outShape } = tf.backend_util.computeConv3DInfo(
    [...x] as Shape5,
    [...filter] as Shape5,
    strides,
    dilations,
    pad,
  );
  requirePossible(kernel, outShape, x);
  return outShape;
}

const conv3D: Family = {
  forward: tf.Conv3D,
  toInput: tf.Conv3DBackpropInputV2,
  toFilter: tf.Conv3DBackpropFilterV2,
  spatial: 3,
  shared: ['strides', 'pad'],
  defaults: { dilations: [1, 1, 1], dataFormat: 'NDHWC' },
};

export const Conv3D: Kernel = {
  shape: ({ x, filter }: Named<'x' | 'filter'>, attrs: Conv3DAttributes) => {
    requirePair('Conv3D', x, filter);
    return { shape: outputOf3D('Conv3D', x.shape, filter.shape, attrs), dtype: x.dtype };
  },
  gradient: forwardGradient(conv3D),
  slides: 'convolution',
};

export const Conv3DBackpropInputV2: Kernel = {
  shape: ({ dy, filter }: Named<'dy' | 'filter'>, attrs: Conv3DAttributes) => {
    const forward = outputOf3D('Conv3DBackpropInputV2', attrs.inputShape, filter.shape, {
      ...attrs,
      dilations: 1,
    });
    requireShape(
      'Conv3DBackpropInputV2',
      'dy',
      dy,
      forward,
      `for input ${formatShape(attrs.inputShape)} and filter ${formatShape(filter.shape)}`,
    );
    return { shape: attrs.inputShape, dtype: 'float32' };
  },
  gradient: toInput(conv3D),
  slides: 'convolution',
};

export const Conv3DBackpropFilterV2: Kernel = {
  shape: ({ x, dy }: Named<'x' | 'dy'>, attrs: Conv3DAttributes) => {
    const forward = outputOf3D('Conv3DBackpropFilterV2', x.shape, attrs.filterShape, {
      ...attrs,
      dilations: 1,
    });
    requireShape(
      'Conv3DBackpropFilterV2',
      'dy',
      dy,
      forward,
      `for input ${formatShape(x.shape)} and filter ${formatShape(attrs.filterShape)}`,
    );
    return { shape: attrs.filterShape, dtype: 'float32' };
  },
  gradient: toFilter(conv3D),
  slides: 'convolution',
};
