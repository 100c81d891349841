// Cases of convolutions, pooling and resizing, with their gradients.
import * as tf from '@tensorflow/tfjs-core';
import { floats, list, type KernelCase } from '../kernel-case.js';

type Pad = 'same' | 'valid' | number;

interface Convolution {
  readonly size: number;
  readonly kernel: number;
  readonly strides: number;
  readonly pad: Pad;
  readonly dilations?: number;
  readonly channels?: readonly [number, number];
}

const convolutions: readonly Convolution[] = [
  { size: 6, kernel: 3, strides: 1, pad: 'valid' },
  { size: 6, kernel: 3, strides: 1, pad: 'same' },
  { size: 7, kernel: 3, strides: 2, pad: 'valid' },
  { size: 8, kernel: 3, strides: 2, pad: 'valid' },
  { size: 8, kernel: 3, strides: 2, pad: 'same' },
  { size: 7, kernel: 2, strides: 3, pad: 'same' },
  { size: 7, kernel: 3, strides: 1, pad: 'same', dilations: 2 },
  { size: 6, kernel: 3, strides: 1, pad: 1 },
  { size: 4, kernel: 1, strides: 1, pad: 'valid' },
  { size: 5, kernel: 1, strides: 2, pad: 'valid' },
  { size: 5, kernel: 2, strides: 1, pad: 'same', channels: [17, 3] },
];

function describe({ size, kernel, strides, pad, dilations = 1, channels }: Convolution): string {
  return `a ${size} by ${size} image with a window of ${kernel}, strides ${strides}, padding ${pad}${dilations > 1 ? `, dilation ${dilations}` : ''}${channels ? `, ${channels[0]} channels` : ''}`;
}

const pools: readonly (Convolution & { readonly meanGradient: boolean })[] = [
  { size: 6, kernel: 2, strides: 2, pad: 'valid', meanGradient: true },
  { size: 7, kernel: 2, strides: 2, pad: 'valid', meanGradient: true },
  { size: 7, kernel: 3, strides: 1, pad: 'valid', meanGradient: true },
  { size: 7, kernel: 2, strides: 3, pad: 'valid', meanGradient: true },
  // tfjs' cpu kernel for the gradient of a mean divides by the whole window, padding included, unlike libtensorflow.
  { size: 7, kernel: 3, strides: 2, pad: 'same', meanGradient: false },
  { size: 5, kernel: 2, strides: 2, pad: 'same', meanGradient: false },
];

export const imageCases: readonly KernelCase[] = [
  ...convolutions.map((c): KernelCase => ({
    name: `conv2d of ${describe(c)}`,
    fn: (x, filter) =>
      tf.conv2d(
        x as tf.Tensor4D,
        filter as tf.Tensor4D,
        c.strides,
        c.pad,
        'NHWC',
        c.dilations ?? 1,
        typeof c.pad === 'number' ? 'floor' : undefined,
      ),
    inputs: [
      floats([2, c.size, c.size, c.channels?.[0] ?? 2]),
      floats([c.kernel, c.kernel, c.channels?.[0] ?? 2, c.channels?.[1] ?? 3], -1, 1),
    ],
    // tfjs refuses gradients of dilated convolutions.
    withGradient: (c.dilations ?? 1) === 1,
  })),
  ...convolutions
    .filter((c) => c.channels === undefined)
    .map((c): KernelCase => ({
      name: `depthwiseConv2d of ${describe(c)}`,
      fn: (x, filter) =>
        tf.depthwiseConv2d(
          x as tf.Tensor4D,
          filter as tf.Tensor4D,
          c.strides,
          c.pad,
          'NHWC',
          c.dilations ?? 1,
          typeof c.pad === 'number' ? 'floor' : undefined,
        ),
      inputs: [floats([2, c.size, c.size, 3]), floats([c.kernel, c.kernel, 3, 2], -1, 1)],
      withGradient: (c.dilations ?? 1) === 1,
    })),
  ...[
    { channels: 1, kernel: 3 },
    { channels: 18, kernel: 3 },
    { channels: 5, kernel: 1 },
  ].map(({ channels, kernel }): KernelCase => ({
    name: `a layer of convolution with ${channels} channels, a window of ${kernel}, bias, ReLU and pooling`,
    fn: (x, filter, bias) =>
      tf.maxPool(
        tf.relu(tf.add(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'valid'), bias!)) as tf.Tensor4D,
        2,
        2,
        'valid',
      ),
    inputs: [
      floats([2, 7, 7, channels], -1, 1),
      floats([kernel, kernel, channels, 3], -0.5, 0.5),
      floats([3]),
    ],
    withGradient: true,
  })),
  {
    name: 'conv2dTranspose',
    fn: (x, filter) => tf.conv2dTranspose(x as tf.Tensor4D, filter as tf.Tensor4D, [2, 7, 7, 3], 2, 'same'),
    inputs: [floats([2, 4, 4, 2]), floats([3, 3, 3, 2], -1, 1)],
    withGradient: true,
  },
  {
    name: 'conv1d',
    fn: (x, filter) => tf.conv1d(x as tf.Tensor3D, filter as tf.Tensor3D, 2, 'same'),
    inputs: [floats([2, 7, 3]), floats([3, 3, 4], -1, 1)],
    withGradient: true,
  },
  {
    name: 'separableConv2d',
    fn: (x, depth, point) =>
      tf.separableConv2d(x as tf.Tensor4D, depth as tf.Tensor4D, point as tf.Tensor4D, 1, 'same'),
    inputs: [floats([1, 5, 5, 2]), floats([3, 3, 2, 2], -1, 1), floats([1, 1, 4, 3], -1, 1)],
    withGradient: true,
  },
  {
    name: 'conv3d',
    fn: (x, filter) => tf.conv3d(x as tf.Tensor5D, filter as tf.Tensor5D, 2, 'same'),
    inputs: [floats([1, 4, 5, 4, 2]), floats([2, 3, 2, 2, 3], -1, 1)],
    withGradient: true,
  },
  ...pools.flatMap((p): KernelCase[] => [
    {
      name: `maxPool of ${describe(p)}`,
      fn: (x) => tf.maxPool(x as tf.Tensor4D, p.kernel, p.strides, p.pad),
      inputs: [floats([2, p.size, p.size, 3])],
      withGradient: true,
    },
    {
      name: `avgPool of ${describe(p)}`,
      fn: (x) => tf.avgPool(x as tf.Tensor4D, p.kernel, p.strides, p.pad),
      inputs: [floats([2, p.size, p.size, 3])],
      withGradient: p.meanGradient,
    },
  ]),
  {
    name: 'maxPool over images with equal maxima',
    fn: (x) => tf.maxPool(tf.relu(x as tf.Tensor4D), 2, 2, 'valid'),
    inputs: [floats([1, 4, 4, 2], -3, 1)],
    withGradient: true,
  },
  {
    name: 'maxPool3d',
    fn: (x) => tf.maxPool3d(x as tf.Tensor5D, 2, 2, 'valid'),
    inputs: [floats([1, 4, 4, 4, 2])],
    withGradient: true,
  },
  {
    name: 'avgPool3d',
    fn: (x) => tf.avgPool3d(x as tf.Tensor5D, 2, 2, 'valid'),
    inputs: [floats([1, 4, 4, 4, 2])],
    withGradient: true,
  },
  ...[false, true].flatMap((align): KernelCase[] => [
    {
      name: `resizeBilinear${align ? ' with aligned corners' : ''}`,
      fn: (x) => tf.image.resizeBilinear(x as tf.Tensor4D, [7, 3], align),
      inputs: [floats([2, 4, 5, 2])],
    },
    {
      name: `resizeNearestNeighbor${align ? ' with aligned corners' : ''}`,
      fn: (x) => tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [8, 10], align),
      inputs: [floats([2, 4, 5, 2])],
    },
    // tfjs' cpu kernels for these gradients swap height and width, and mix up the images of a batch.
    {
      name: `the gradients of resizing one square image${align ? ' with aligned corners' : ''}`,
      fn: (x) =>
        tf.add(
          tf.image.resizeBilinear(x as tf.Tensor4D, [7, 9], align),
          tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [7, 9], align),
        ),
      inputs: [floats([1, 4, 4, 2])],
      withGradient: true,
    },
  ]),
  {
    name: 'resizing with half-pixel centers',
    fn: (x) => [
      tf.image.resizeBilinear(x as tf.Tensor4D, [7, 3], false, true),
      tf.image.resizeNearestNeighbor(x as tf.Tensor4D, [7, 3], false, true),
    ],
    inputs: [floats([1, 4, 5, 2])],
  },
  {
    name: 'cropAndResize, rotateWithOffset and transform',
    fn: (x, boxes) => [
      tf.image.cropAndResize(x as tf.Tensor4D, boxes as tf.Tensor2D, tf.tensor1d([1, 0, 1], 'int32'), [3, 2]),
      tf.image.rotateWithOffset(x as tf.Tensor4D, 0.5),
      tf.image.transform(x as tf.Tensor4D, tf.tensor2d([[1, 0.2, -0.5, 0.1, 0.9, 0.3, 0, 0]]), 'bilinear'),
    ],
    inputs: [floats([2, 4, 5, 2]), list([0, 0, 1, 1, 0.2, 0.1, 0.8, 0.7, 0.5, 0, 1.3, 1], 'float32', [3, 4])],
  },
  {
    name: 'flipLeftRight',
    fn: (x) => tf.image.flipLeftRight(x as tf.Tensor4D),
    inputs: [floats([1, 2, 3, 2])],
  },
];
