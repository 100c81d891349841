// Cases of convolutions and their backward kernels: paddings, strides, dilations, layouts, roundings.
import * as tf from '@tensorflow/tfjs-core';
import type { Attributes } from '../../program.js';
import { call, misfit, op, type KernelCase, type ShapeCases } from '../kernel-case.js';
import { float, int, type Sample } from '../sample.js';

const image = float(2, 7, 6, 2);
const filter = float(3, 2, 2, 4);
const depthFilter = float(3, 2, 2, 3);
const volume = float(1, 4, 5, 6, 2);
const volumeFilter = float(2, 3, 2, 2, 3);

/** A convolution and both its backward kernels, from attributes that suit all three. */
function trio(
  names: [string, string, string],
  x: Sample,
  w: Sample,
  y: number[],
  attrs: Attributes,
): KernelCase[] {
  return [
    call(names[0], { x, filter: w }, attrs),
    call(names[1], { dy: float(...y), filter: w }, { ...attrs, inputShape: x.shape }),
    call(names[2], { x, dy: float(...y) }, { ...attrs, filterShape: w.shape }),
  ];
}

const conv2D: [string, string, string] = ['Conv2D', 'Conv2DBackpropInput', 'Conv2DBackpropFilter'];
const depthwise: [string, string, string] = [
  'DepthwiseConv2dNative',
  'DepthwiseConv2dNativeBackpropInput',
  'DepthwiseConv2dNativeBackpropFilter',
];
const conv3D: [string, string, string] = ['Conv3D', 'Conv3DBackpropInputV2', 'Conv3DBackpropFilterV2'];
const plain = { strides: [1, 1], dataFormat: 'NHWC', dilations: [1, 1] };

export const convolutions: ShapeCases = {
  cases: [
    ...trio(conv2D, image, filter, [2, 5, 5, 4], { ...plain, pad: 'valid' }),
    ...trio(conv2D, image, filter, [2, 4, 3, 4], { ...plain, strides: [2, 2], pad: 'same' }),
    ...trio(conv2D, image, filter, [2, 4, 3, 4], { ...plain, strides: 2, pad: 1 }),
    ...trio(conv2D, float(1, 2, 5, 5), float(2, 2, 2, 3), [1, 3, 4, 4], {
      ...plain,
      pad: 'valid',
      dataFormat: 'NCHW',
    }),
    op('Conv2D', 'dilated', [image, filter], (x: tf.Tensor4D, w: tf.Tensor4D) =>
      tf.conv2d(x, w, 1, 'same', 'NHWC', [2, 3]),
    ),
    op('Conv2D', 'with paddings given one by one', [image, filter], (x: tf.Tensor4D, w: tf.Tensor4D) =>
      tf.conv2d(x, w, 1, [
        [0, 0],
        [1, 2],
        [0, 1],
        [0, 0],
      ]),
    ),
    op('Conv2D', 'rounded down', [image, filter], (x: tf.Tensor4D, w: tf.Tensor4D) =>
      tf.conv2d(x, w, 3, 1, 'NHWC', 1, 'floor'),
    ),
    op('Conv2D', 'rounded up', [image, filter], (x: tf.Tensor4D, w: tf.Tensor4D) =>
      tf.conv2d(x, w, 3, 1, 'NHWC', 1, 'ceil'),
    ),
    op('Conv2D', 'of one image', [float(5, 5, 2), filter], (x: tf.Tensor3D, w: tf.Tensor4D) =>
      tf.conv2d(x, w, 1, 'valid'),
    ),
    op('Conv2D', 'of a sequence', [float(2, 6, 2), float(3, 2, 4)], (x: tf.Tensor3D, w: tf.Tensor3D) =>
      tf.conv1d(x, w, 2, 'same'),
    ),
    op('Conv2D', 'of one place', [image, float(1, 1, 2, 4)], (x: tf.Tensor4D, w: tf.Tensor4D) =>
      tf.conv2d(x, w, 1, 'valid'),
    ),
    op(
      'Conv2DBackpropInput',
      'as a transposed convolution',
      [float(1, 3, 3, 4), filter],
      (x: tf.Tensor4D, w: tf.Tensor4D) => tf.conv2dTranspose(x, w, [1, 6, 6, 2], 2, 'same'),
    ),
    ...trio(depthwise, image, depthFilter, [2, 5, 5, 6], { ...plain, pad: 'valid' }),
    ...trio(depthwise, image, depthFilter, [2, 7, 6, 6], { ...plain, pad: 'same', dilations: [2, 2] }),
    ...trio(depthwise, image, depthFilter, [2, 4, 3, 6], { ...plain, strides: [2, 2], pad: 'same' }),
    op(
      'DepthwiseConv2dNative',
      'as a part of a separable one',
      [image, depthFilter, float(1, 1, 6, 5)],
      (x: tf.Tensor4D, w: tf.Tensor4D, point: tf.Tensor4D) => tf.separableConv2d(x, w, point, 1, 'same'),
    ),
    ...trio(conv3D, volume, volumeFilter, [1, 3, 3, 5, 3], {
      strides: [1, 1, 1],
      pad: 'valid',
      dilations: [1, 1, 1],
    }),
    ...trio(conv3D, volume, volumeFilter, [1, 2, 3, 3, 3], {
      strides: [2, 2, 2],
      pad: 'same',
      dilations: [1, 1, 1],
    }),
    op('Conv3D', 'dilated', [volume, volumeFilter], (x: tf.Tensor5D, w: tf.Tensor5D) =>
      tf.conv3d(x, w, 1, 'same', 'NDHWC', [2, 1, 2]),
    ),
    op(
      'Conv3DBackpropInputV2',
      'as a transposed convolution',
      [float(1, 2, 2, 2, 3), volumeFilter],
      (x: tf.Tensor5D, w: tf.Tensor5D) => tf.conv3dTranspose(x, w, [1, 4, 4, 4, 2], 2, 'same'),
    ),
  ],
  misfits: [
    misfit(
      'SHAPE_MISMATCH',
      ['3 channels', '[2, 7, 6, 2]'],
      call('Conv2D', { x: image, filter: float(3, 2, 3, 4) }, { ...plain, pad: 'valid' }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['rank 4', '[7, 6, 2]'],
      call('Conv2D', { x: float(7, 6, 2), filter }, { ...plain, pad: 'valid' }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[1, 1, 1, 2]'],
      call('Conv2D', { x: float(1, 1, 1, 2), filter }, { ...plain, pad: 'valid' }),
    ),
    misfit(
      'DTYPE_MISMATCH',
      ['int32[2, 7, 6, 2]'],
      call('Conv2D', { x: int(2, 7, 6, 2), filter }, { ...plain, pad: 'valid' }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2, 5, 5, 4]', '[2, 5, 5, 3]'],
      call(
        'Conv2DBackpropInput',
        { dy: float(2, 5, 5, 3), filter },
        { ...plain, pad: 'valid', inputShape: image.shape },
      ),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2, 5, 5, 4]', '[2, 4, 5, 4]'],
      call(
        'Conv2DBackpropFilter',
        { x: image, dy: float(2, 4, 5, 4) },
        { ...plain, pad: 'valid', filterShape: filter.shape },
      ),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['4 channels', '[2, 7, 6, 2]'],
      call('DepthwiseConv2dNative', { x: image, filter: float(3, 2, 4, 1) }, { ...plain, pad: 'valid' }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['3 channels', '[1, 4, 5, 6, 2]'],
      call('Conv3D', { x: volume, filter: float(2, 2, 2, 3, 1) }, { strides: 1, pad: 'valid' }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[1, 3, 3, 5, 3]', '[1, 1, 1, 1, 3]'],
      call(
        'Conv3DBackpropInputV2',
        { dy: float(1, 1, 1, 1, 3), filter: volumeFilter },
        { strides: 1, pad: 'valid', inputShape: volume.shape },
      ),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[1, 3, 3, 5, 3]', '[1, 1, 1, 1, 3]'],
      call(
        'Conv3DBackpropFilterV2',
        { x: volume, dy: float(1, 1, 1, 1, 3) },
        { strides: 1, pad: 'valid', filterShape: volumeFilter.shape },
      ),
    ),
  ],
};
