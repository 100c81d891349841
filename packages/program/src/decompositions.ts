// Kernels that tfjs fuses for speed and that no graph needs: each is written out as the kernels it stands for.
import * as tf from '@tensorflow/tfjs-core';

type Decomposition = (inputs: tf.NamedTensorMap, attrs: tf.NamedAttrMap) => tf.Tensor;

/** By kernel name; what they return is recorded in the fused kernel's place. */
export const decompositions: Readonly<Record<string, Decomposition>> = {
  [tf._FusedMatMul]: (inputs, attrs) =>
    finish(
      tf.matMul(inputs['a']!, inputs['b']!, attrs['transposeA'] as boolean, attrs['transposeB'] as boolean),
      inputs,
      attrs,
    ),
  [tf.FusedConv2D]: (inputs, attrs) =>
    finish(
      tf.conv2d(
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
    ),
  [tf.FusedDepthwiseConv2D]: (inputs, attrs) =>
    finish(
      tf.depthwiseConv2d(
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
    ),
};

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
