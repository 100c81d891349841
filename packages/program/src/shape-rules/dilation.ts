// Morphological dilation and its gradients; channels last only, as in tfjs.
import * as tf from '@tensorflow/tfjs-core';
import type { ShapeRule } from '../shape-rule.js';
import { formatShape, type Shape } from '../shape.js';
import type { Pair } from './convolutions.js';
import {
  misfit,
  requirePossible,
  requireRank,
  requireReal,
  requireSameDType,
  requireShape,
  type Named,
} from './requirements.js';

interface DilationAttributes {
  readonly strides: Pair;
  readonly pad: 'same' | 'valid' | number;
  readonly dilations: Pair;
}

type Inputs = Named<'x' | 'filter'>;

function outputOf(
  kernel: string,
  { x, filter }: Inputs,
  { strides, pad, dilations }: DilationAttributes,
): Shape {
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
  const { outShape } = tf.backend_util.computeDilation2DInfo(
    [...x.shape] as [number, number, number, number],
    [...filter.shape] as [number, number, number],
    strides,
    pad,
    'NHWC',
    dilations,
  );
  requirePossible(kernel, outShape, x.shape);
  return outShape;
}

export const Dilation2D: ShapeRule = (inputs: Inputs, attrs: DilationAttributes) => ({
  shape: outputOf('Dilation2D', inputs, attrs),
  dtype: inputs.x.dtype,
});

function gradient(kernel: string, of: 'x' | 'filter'): ShapeRule {
  return (inputs: Inputs & Named<'dy'>, attrs: DilationAttributes) => {
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

export const Dilation2DBackpropFilter = gradient('Dilation2DBackpropFilter', 'filter');
export const Dilation2DBackpropInput = gradient('Dilation2DBackpropInput', 'x');
