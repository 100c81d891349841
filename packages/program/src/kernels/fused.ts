// Kernels that tfjs fuses for speed and that no graph needs: each is written out as the kernels it stands for.
import * as tf from '@tensorflow/tfjs-core';
import type { AttributeRule } from '../kernel-rules/attribute-rule.js';
import type { FusedKernel } from '../kernel-rules/kernel.js';
import { convolutionAttributes } from '../kernel-rules/windows.js';
import type { Attributes } from '../program.js';

type Decompose = FusedKernel['decompose'];

export const _FusedMatMul: FusedKernel = {
  decompose: (inputs, attrs) =>
    finish(
      tf.matMul(inputs['a']!, inputs['b']!, attrs['transposeA'] as boolean, attrs['transposeB'] as boolean),
      inputs,
      attrs,
    ),
};

export const FusedConv2D: FusedKernel = {
  attributes: withActivation(convolutionAttributes(2)),
  decompose: convolution(tf.conv2d),
  slides: 'convolution',
};
export const FusedDepthwiseConv2D: FusedKernel = {
  attributes: withActivation(convolutionAttributes(2, true)),
  decompose: convolution(tf.depthwiseConv2d),
  slides: 'depthwise convolution',
};

/** The activation beside what the kernel without it reads. */
function withActivation(rule: AttributeRule): AttributeRule {
  return (attrs: Attributes, inputs) => ({
    ...rule(attrs, inputs),
    activation: attrs['activation'] ?? 'linear',
  });
}

function convolution(op: typeof tf.conv2d | typeof tf.depthwiseConv2d): Decompose {
  return (inputs, attrs) =>
    finish(
      op(
        inputs['x'] as tf.Tensor4D,
        inputs['filter'] as tf.Tensor4D,
        attrs['strides'] as [number, number],
        attrs['pad'] as 'same',
        attrs['dataFormat'] as 'NHWC',
        attrs['dilations'] as [number, number],
        attrs['dimRoundingMode'] as 'floor',
      ),
      inputs,
      attrs,
    );
}

function finish(product: tf.Tensor, inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap): tf.Tensor {
  const { bias, preluActivationWeights: alpha } = inputs;
  const sum = bias === undefined || bias === null ? product : tf.add(product, bias);
  return activate(
    sum,
    attrs['activation'] as string | undefined,
    alpha,
    attrs['leakyreluAlpha'] as number | undefined,
  );
}

function activate(
  x: tf.Tensor,
  activation: string | undefined,
  alpha: tf.Tensor | undefined,
  slope: number | undefined,
): tf.Tensor {
  switch (activation ?? 'linear') {
    case 'linear':
      return x;
    case 'relu':
      return tf.relu(x);
    case 'relu6':
      return tf.relu6(x);
    case 'elu':
      return tf.elu(x);
    case 'sigmoid':
      return tf.sigmoid(x);
    case 'leakyrelu':
      return tf.leakyRelu(x, slope);
    case 'prelu':
      return tf.prelu(x, alpha!);
    default:
      throw new Error(`unknown fused activation ${activation}`);
  }
}
