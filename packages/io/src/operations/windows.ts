// keras.ops.nn: convolutions and pooling over windows, channels last; channels first are moved there and back.
import * as tf from '@tensorflow/tfjs-core';
import { toFloat, type OperationCall, type OperationDefinition } from './operation-definition.js';
import { matmul } from './products.js';

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
      return channelsLast(call, call.float('inputs'), (x) => {
        const axes = x.rank - 2;
        const size = perAxis(call, 'pool_size', axes);
        const strides = call.option('strides') === null ? size : perAxis(call, 'strides', axes);
        const pad = paddingOf(call);
        if (axes === 3) return spatial(x as tf.Tensor5D, size as Spatial3, strides as Spatial3, pad);
        if (axes === 2) return planar(x as tf.Tensor4D, size as Spatial, strides as Spatial, pad);
        if (axes !== 1) throw call.fail(`pooling of a tensor of rank ${x.rank} is not supported`);
        const wide = tf.expandDims(x, 2) as tf.Tensor4D;
        return tf.squeeze(planar(wide, [size[0]!, 1], [strides[0]!, 1], pad), [2]);
      });
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
    const kernel = toFloat(call.tensor('kernel'));
    return channelsLast(call, call.float('inputs'), (x) => convolve(call, x, kernel));
  },
};

export const DepthwiseConv: OperationDefinition = {
  parameters: ['inputs', 'kernel'],
  options: convolutionOptions,
  run: (call) =>
    channelsLast(call, call.float('inputs'), (x) => convolveChannels(call, x, call.float('kernel'))),
};

export const SeparableConv: OperationDefinition = {
  parameters: ['inputs', 'depthwise_kernel', 'pointwise_kernel'],
  options: convolutionOptions,
  run: (call) => {
    const points = call.float('pointwise_kernel');
    return channelsLast(call, call.float('inputs'), (x) => {
      const found = convolveChannels(call, x, call.float('depthwise_kernel'));
      return matmul(found, tf.reshape(points, points.shape.slice(-2)));
    });
  },
};

/** A convolution of each channel with kernels of its own, channels last. */
function convolveChannels(call: OperationCall, x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  const axes = x.rank - 2;
  if (axes !== 1 && axes !== 2)
    throw call.fail(`a depthwise convolution of a tensor of rank ${x.rank} is not supported`);
  const strides = perAxis(call, 'strides', axes, 1);
  const dilations = perAxis(call, 'dilation_rate', axes, 1);
  // A line is an image one pixel wide, which may stride across that pixel as it does along the line.
  const result = tf.depthwiseConv2d(
    (axes === 2 ? x : tf.expandDims(x, 2)) as tf.Tensor4D,
    (axes === 2 ? kernel : tf.expandDims(kernel, 1)) as tf.Tensor4D,
    [strides[0]!, strides.at(-1)!],
    paddingOf(call),
    'NHWC',
    [dilations[0]!, dilations.at(-1)!],
  );
  return axes === 2 ? result : tf.squeeze(result, [2]);
}

/** A convolution, channels last. */
function convolve(call: OperationCall, x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  const axes = x.rank - 2;
  const [strides, dilations] = [perAxis(call, 'strides', axes, 1), perAxis(call, 'dilation_rate', axes, 1)];
  const pad = paddingOf(call);
  if (kernel.shape[axes] !== x.shape[axes + 1]) throw call.fail('a convolution in groups is not supported');
  if (axes < 1 || axes > 3) throw call.fail(`a convolution of a tensor of rank ${x.rank} is not supported`);
  return convolution(x, kernel, strides, pad, dilations);
}

/** A convolution along one to three axes, channels last. */
export function convolution(
  x: tf.Tensor,
  kernel: tf.Tensor,
  strides: readonly number[],
  pad: 'same' | 'valid',
  dilations: readonly number[],
): tf.Tensor {
  if (strides.length === 1)
    return tf.conv1d(x as tf.Tensor3D, kernel as tf.Tensor3D, strides[0]!, pad, 'NWC', dilations[0]!);
  if (strides.length === 2)
    return tf.conv2d(
      x as tf.Tensor4D,
      kernel as tf.Tensor4D,
      strides as Spatial,
      pad,
      'NHWC',
      dilations as Spatial,
    );
  return tf.conv3d(
    x as tf.Tensor5D,
    kernel as tf.Tensor5D,
    strides as Spatial3,
    pad,
    'NDHWC',
    dilations as Spatial3,
  );
}

/** What `compute` gives for `x` with its channels last; the result has them where `x` had them. */
export function channelsLast(
  call: OperationCall,
  x: tf.Tensor,
  compute: (x: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const layout = call.option('data_format');
  if (layout === null || layout === 'channels_last') return compute(x);
  if (layout !== 'channels_first') throw call.fail(`data_format ${JSON.stringify(layout)} is not supported`);
  const axes = x.shape.map((_, i) => i);
  const moved = compute(tf.transpose(x, [0, ...axes.slice(2), 1]));
  return tf.transpose(moved, [0, x.rank - 1, ...axes.slice(1, -1)]);
}

function paddingOf(call: OperationCall): 'same' | 'valid' {
  const padding = call.option('padding') ?? 'valid';
  if (padding === 'same' || padding === 'valid') return padding;
  throw call.fail(`padding ${JSON.stringify(padding)} is not supported`);
}

/** One number for each axis in space; one for all is each one's. */
export function perAxis(call: OperationCall, name: string, axes: number, otherwise?: number): number[] {
  if (call.option(name) === null && otherwise !== undefined) return Array<number>(axes).fill(otherwise);
  const given = call.integers(name);
  if (given.length === 1) return Array<number>(axes).fill(given[0]!);
  if (given.length !== axes) throw call.fail(`option "${name}" has ${given.length} numbers for ${axes} axes`);
  return given;
}
