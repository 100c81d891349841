// keras.ops.nn: convolutions and pooling over windows, in Keras' own layout, channels last.
import * as tf from '@tensorflow/tfjs-core';
import { toFloat, type OperationCall, type OperationDefinition } from './operation-definition.js';

type Spatial = [number, number];
type Spatial3 = [number, number, number];

function pooling(
  planar: (x: tf.Tensor4D, size: Spatial, strides: Spatial, pad: 'same' | 'valid') => tf.Tensor,
  spatial: (x: tf.Tensor5D, size: Spatial3, strides: Spatial3, pad: 'same' | 'valid') => tf.Tensor,
): OperationDefinition {
  return {
    parameters: ['inputs'],
    options: ['pool_size', 'strides', 'padding', 'data_format'],
    run: (call) => {
      const x = call.float('inputs');
      checkLayout(call);
      const axes = x.rank - 2;
      const size = perAxis(call, 'pool_size', axes);
      const strides = call.option('strides') === null ? size : perAxis(call, 'strides', axes);
      const pad = paddingOf(call);
      if (axes === 3) return spatial(x as tf.Tensor5D, size as Spatial3, strides as Spatial3, pad);
      if (axes === 2) return planar(x as tf.Tensor4D, size as Spatial, strides as Spatial, pad);
      if (axes !== 1) throw call.fail(`pooling of a tensor of rank ${x.rank} is not supported`);
      const wide = tf.expandDims(x, 2) as tf.Tensor4D;
      return tf.squeeze(planar(wide, [size[0]!, 1], [strides[0]!, 1], pad), [2]);
    },
  };
}

export const MaxPool = pooling(tf.maxPool, tf.maxPool3d);
export const AveragePool = pooling(tf.avgPool, tf.avgPool3d);

const convolutionOptions = ['strides', 'padding', 'data_format', 'dilation_rate'];

export const Conv: OperationDefinition = {
  parameters: ['inputs', 'kernel'],
  options: convolutionOptions,
  run: (call) => {
    const [x, kernel] = operands(call);
    const axes = x.rank - 2;
    const [strides, dilations] = [perAxis(call, 'strides', axes, 1), perAxis(call, 'dilation_rate', axes, 1)];
    const pad = paddingOf(call);
    if (kernel.shape[axes] !== x.shape[axes + 1]) throw call.fail('a convolution in groups is not supported');
    if (axes === 1)
      return tf.conv1d(x as tf.Tensor3D, kernel as tf.Tensor3D, strides[0]!, pad, 'NWC', dilations[0]!);
    if (axes === 2)
      return tf.conv2d(
        x as tf.Tensor4D,
        kernel as tf.Tensor4D,
        strides as Spatial,
        pad,
        'NHWC',
        dilations as Spatial,
      );
    if (axes !== 3) throw call.fail(`a convolution of a tensor of rank ${x.rank} is not supported`);
    return tf.conv3d(
      x as tf.Tensor5D,
      kernel as tf.Tensor5D,
      strides as Spatial3,
      pad,
      'NDHWC',
      dilations as Spatial3,
    );
  },
};

export const DepthwiseConv: OperationDefinition = {
  parameters: ['inputs', 'kernel'],
  options: convolutionOptions,
  run: (call) => {
    const [x, kernel] = operands(call);
    if (x.rank !== 4) throw call.fail('a depthwise convolution of anything but images is not supported');
    return tf.depthwiseConv2d(
      x as tf.Tensor4D,
      kernel as tf.Tensor4D,
      perAxis(call, 'strides', 2, 1) as Spatial,
      paddingOf(call),
      'NHWC',
      perAxis(call, 'dilation_rate', 2, 1) as Spatial,
    );
  },
};

function operands(call: OperationCall): [tf.Tensor, tf.Tensor] {
  checkLayout(call);
  return [call.float('inputs'), toFloat(call.tensor('kernel'))];
}

function checkLayout(call: OperationCall): void {
  const layout = call.option('data_format');
  if (layout !== null && layout !== 'channels_last')
    throw call.fail(`data_format ${JSON.stringify(layout)} is not supported`);
}

function paddingOf(call: OperationCall): 'same' | 'valid' {
  const padding = call.option('padding') ?? 'valid';
  if (padding === 'same' || padding === 'valid') return padding;
  throw call.fail(`padding ${JSON.stringify(padding)} is not supported`);
}

/** One number for each axis in space; one for all is each one's. */
function perAxis(call: OperationCall, name: string, axes: number, otherwise?: number): number[] {
  if (call.option(name) === null && otherwise !== undefined) return Array<number>(axes).fill(otherwise);
  const given = call.integers(name);
  if (given.length === 1) return Array<number>(axes).fill(given[0]!);
  if (given.length !== axes) throw call.fail(`option "${name}" has ${given.length} numbers for ${axes} axes`);
  return given;
}
