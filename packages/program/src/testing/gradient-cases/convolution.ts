// Gradient cases of convolutions and of their backward kernels: paddings, strides, dilations, channel multipliers.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientCase } from '../gradient-case.js';
import { call, op } from '../kernel-case.js';
import { floats } from '../sample.js';

const image = floats([1, 5, 4, 2], -1, 1);
const filter = floats([3, 2, 2, 2], -1, 1);
const depthFilter = floats([2, 3, 2, 2], -1, 1);
const volume = floats([1, 3, 4, 3, 1], -1, 1);
const volumeFilter = floats([2, 2, 2, 1, 2], -1, 1);

type Conv2D = (x: tf.Tensor4D, w: tf.Tensor4D) => tf.Tensor;
type Conv3D = (x: tf.Tensor5D, w: tf.Tensor5D) => tf.Tensor;

const conv2D: Readonly<Record<string, Conv2D>> = {
  valid: (x, w) => tf.conv2d(x, w, 1, 'valid'),
  'same, with strides': (x, w) => tf.conv2d(x, w, 2, 'same'),
  'strides that differ': (x, w) => tf.conv2d(x, w, [2, 1], 'valid'),
  'padded by one': (x, w) => tf.conv2d(x, w, 1, 1),
  'paddings given one by one': (x, w) =>
    tf.conv2d(x, w, 1, [
      [0, 0],
      [1, 2],
      [0, 1],
      [0, 0],
    ]),
  'dilated, same': (x, w) => tf.conv2d(x, w, 1, 'same', 'NHWC', [2, 3]),
  'dilated, valid': (x, w) => tf.conv2d(x, w, 1, 'valid', 'NHWC', 2),
};

const depthwise: Readonly<Record<string, Conv2D>> = {
  valid: (x, w) => tf.depthwiseConv2d(x, w, 1, 'valid'),
  'same, with strides': (x, w) => tf.depthwiseConv2d(x, w, 2, 'same'),
  'dilated, same': (x, w) => tf.depthwiseConv2d(x, w, 1, 'same', 'NHWC', 2),
  'dilated, valid': (x, w) => tf.depthwiseConv2d(x, w, 1, 'valid', 'NHWC', [3, 1]),
};

const conv3D: Readonly<Record<string, Conv3D>> = {
  valid: (x, w) => tf.conv3d(x, w, 1, 'valid'),
  'same, with strides': (x, w) => tf.conv3d(x, w, 2, 'same'),
  'dilated, same': (x, w) => tf.conv3d(x, w, 1, 'same', 'NDHWC', [2, 1, 2]),
};

const plain = { strides: [1, 1], dataFormat: 'NHWC', pad: 'valid', dilations: [1, 1] };
const strided = { ...plain, strides: [2, 2], pad: 'same' };
const plain3D = { strides: [1, 1, 1], pad: 'valid' };

export const convolution: readonly GradientCase[] = [
  ...Object.entries(conv2D).map(([note, fn]) => op('Conv2D', note, [image, filter], fn)),
  ...Object.entries(depthwise).map(([note, fn]) =>
    op('DepthwiseConv2dNative', note, [image, depthFilter], fn),
  ),
  ...Object.entries(conv3D).map(([note, fn]) => op('Conv3D', note, [volume, volumeFilter], fn)),
  op(
    'Conv2D',
    'of a sequence',
    [floats([2, 5, 2], -1, 1), floats([2, 2, 3], -1, 1)],
    (x: tf.Tensor3D, w: tf.Tensor3D) => tf.conv1d(x, w, 1, 'same'),
  ),
  op(
    'Conv2DBackpropInput',
    'as a transposed convolution',
    [floats([1, 2, 2, 2], -1, 1), filter],
    (x: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2dTranspose(x, w, [1, 4, 4, 2], 2, 'same'),
  ),
  op(
    'DepthwiseConv2dNative',
    'as a part of a separable one',
    [image, depthFilter, floats([1, 1, 4, 2], -1, 1)],
    (x: tf.Tensor4D, w: tf.Tensor4D, point: tf.Tensor4D) => tf.separableConv2d(x, w, point, 1, 'same'),
  ),
  call(
    'Conv2DBackpropInput',
    { dy: floats([1, 3, 3, 2], -1, 1), filter },
    { ...plain, inputShape: image.shape },
  ),
  call(
    'Conv2DBackpropInput',
    { dy: floats([1, 3, 2, 2], -1, 1), filter },
    { ...strided, inputShape: image.shape },
  ),
  call(
    'Conv2DBackpropFilter',
    { x: image, dy: floats([1, 3, 3, 2], -1, 1) },
    { ...plain, filterShape: filter.shape },
  ),
  call(
    'Conv2DBackpropFilter',
    { x: image, dy: floats([1, 3, 2, 2], -1, 1) },
    { ...strided, filterShape: filter.shape },
  ),
  call(
    'DepthwiseConv2dNativeBackpropInput',
    { dy: floats([1, 4, 2, 4], -1, 1), filter: depthFilter },
    { ...plain, inputShape: image.shape },
  ),
  call(
    'DepthwiseConv2dNativeBackpropInput',
    { dy: floats([1, 3, 2, 4], -1, 1), filter: depthFilter },
    { ...strided, inputShape: image.shape },
  ),
  call(
    'DepthwiseConv2dNativeBackpropFilter',
    { x: image, dy: floats([1, 4, 2, 4], -1, 1) },
    { ...plain, filterShape: depthFilter.shape },
  ),
  call(
    'DepthwiseConv2dNativeBackpropFilter',
    { x: image, dy: floats([1, 3, 2, 4], -1, 1) },
    { ...strided, filterShape: depthFilter.shape },
  ),
  call(
    'Conv3DBackpropInputV2',
    { dy: floats([1, 2, 3, 2, 2], -1, 1), filter: volumeFilter },
    { ...plain3D, inputShape: volume.shape },
  ),
  call(
    'Conv3DBackpropFilterV2',
    { x: volume, dy: floats([1, 2, 3, 2, 2], -1, 1) },
    { ...plain3D, filterShape: volumeFilter.shape },
  ),
];
