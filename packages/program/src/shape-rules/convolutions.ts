// Convolutions and their gradients, in the layouts and with the paddings that tfjs takes.
import * as tf from '@tensorflow/tfjs-core';
import type { ValueType } from '../program.js';
import type { ShapeRule } from '../shape-rule.js';
import { formatShape, type Shape } from '../shape.js';
import {
  misfit,
  requirePossible,
  requireRank,
  requireReal,
  requireSameDType,
  requireShape,
  type Named,
} from './requirements.js';

/** `same`, `valid`, one number, or a pair for each dimension; as tfjs' ops pass it on. */
export type Padding = 'same' | 'valid' | number | tf.backend_util.ExplicitPadding;
export type Pair = number | [number, number];

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
type Shape5 = [number, number, number, number, number];

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

export const Conv2D: ShapeRule = ({ x, filter }: Named<'x' | 'filter'>, attrs: Conv2DAttributes) => {
  requirePair('Conv2D', x, filter);
  return { shape: outputOf2D('Conv2D', x.shape, filter.shape, attrs), dtype: x.dtype };
};

export const DepthwiseConv2dNative: ShapeRule = (
  { x, filter }: Named<'x' | 'filter'>,
  attrs: Conv2DAttributes,
) => {
  requirePair('DepthwiseConv2dNative', x, filter);
  return { shape: outputOf2D('DepthwiseConv2dNative', x.shape, filter.shape, attrs, true), dtype: x.dtype };
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

export const Conv2DBackpropFilter = filterGradient2D('Conv2DBackpropFilter', false);
export const Conv2DBackpropInput = inputGradient2D('Conv2DBackpropInput', false);
export const DepthwiseConv2dNativeBackpropFilter = filterGradient2D(
  'DepthwiseConv2dNativeBackpropFilter',
  true,
);
export const DepthwiseConv2dNativeBackpropInput = inputGradient2D('DepthwiseConv2dNativeBackpropInput', true);

interface Conv3DAttributes {
  readonly strides: number | [number, number, number];
  readonly pad: 'same' | 'valid';
  readonly dilations?: number | [number, number, number];
  readonly filterShape: Shape;
  readonly inputShape: Shape;
}

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

export const Conv3D: ShapeRule = ({ x, filter }: Named<'x' | 'filter'>, attrs: Conv3DAttributes) => {
  requirePair('Conv3D', x, filter);
  return { shape: outputOf3D('Conv3D', x.shape, filter.shape, attrs), dtype: x.dtype };
};

export const Conv3DBackpropFilterV2: ShapeRule = ({ x, dy }: Named<'x' | 'dy'>, attrs: Conv3DAttributes) => {
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
};

export const Conv3DBackpropInputV2: ShapeRule = (
  { dy, filter }: Named<'dy' | 'filter'>,
  attrs: Conv3DAttributes,
) => {
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
};
