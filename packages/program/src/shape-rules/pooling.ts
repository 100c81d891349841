// Pooling over windows and its gradients.
import * as tf from '@tensorflow/tfjs-core';
import type { ShapeRule } from '../shape-rule.js';
import { formatShape, type Shape } from '../shape.js';
import type { Padding, Pair } from './convolutions.js';
import { requirePossible, requireRank, requireReal, requireShape, type Named } from './requirements.js';

interface Pool2DAttributes {
  readonly filterSize: Pair;
  readonly strides: Pair;
  readonly pad: Padding;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

type Shape4 = [number, number, number, number];
type Shape5 = [number, number, number, number, number];

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

export const AvgPool = pool2D('AvgPool');
export const AvgPoolGrad = poolGradient2D('AvgPoolGrad');
export const MaxPool = pool2D('MaxPool');
export const MaxPoolGrad = poolGradient2D('MaxPoolGrad');

export const MaxPoolWithArgmax: ShapeRule = ({ x }: Named<'x'>, attrs: Pool2DAttributes) => {
  requireReal('MaxPoolWithArgmax', 'x', x);
  const shape = outputOf2D('MaxPoolWithArgmax', x.shape, attrs);
  return [
    { shape, dtype: x.dtype },
    { shape, dtype: 'int32' },
  ];
};

interface Pool3DAttributes {
  readonly filterSize: number | [number, number, number];
  readonly strides: number | [number, number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
  readonly dataFormat?: 'NDHWC' | 'NCDHW';
}

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

export const AvgPool3D = pool3D('AvgPool3D');
export const AvgPool3DGrad = poolGradient3D('AvgPool3DGrad');
export const MaxPool3D = pool3D('MaxPool3D');
export const MaxPool3DGrad = poolGradient3D('MaxPool3DGrad');
