// Depthwise, separable and transposed convolutions.
import { describe, expect, it } from '@jest/globals';
import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { Conv1DTranspose } from './conv1d-transpose.js';
import { conv2DTranspose, Conv2DTranspose } from './conv2d-transpose.js';
import { conv3DTranspose, Conv3DTranspose } from './conv3d-transpose.js';
import { DepthwiseConv1D } from './depthwise-conv1d.js';
import { depthwiseConv2D, DepthwiseConv2D } from './depthwise-conv2d.js';
import { SeparableConv1D } from './separable-conv1d.js';
import { separableConv2D, SeparableConv2D } from './separable-conv2d.js';

for (const layer of [Conv1DTranspose, Conv2DTranspose, Conv3DTranspose]) testAgainstKeras(layer);
for (const layer of [DepthwiseConv1D, DepthwiseConv2D, SeparableConv1D, SeparableConv2D])
  testAgainstKeras(layer);

testLayer(
  depthwiseConv2D,
  [
    {
      name: 'of ones, for each channel',
      options: { kernelSize: [1, 2], depthwiseInitializer: 'ones' },
      inputs: list([1, 10, 2, 20, 4, 40], 'float32', [1, 1, 3, 2]),
      outputs: list([3, 30, 6, 60], 'float32', [1, 1, 2, 2]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a kernel larger than the image',
        run: () => depthwiseConv2D({ kernelSize: 3 }).apply(input({ shape: [2, 4, 1] })),
        code: 'SHAPE_MISMATCH',
        says: ['its kernel reaches over [3, 3], more than the image [2, 4]'],
      },
      {
        name: 'no multiplier',
        run: () => depthwiseConv2D({ kernelSize: 1, depthMultiplier: 0, name: 'd' }),
        code: 'OPTION_INVALID',
        says: ['DepthwiseConv2D "d": depthMultiplier: expected a positive integer, got 0'],
      },
    ],
  },
);

testLayer(
  separableConv2D,
  [
    {
      name: 'with channels first',
      options: { filters: 2, kernelSize: 2, depthMultiplier: 2, dataFormat: 'channels_first' },
      inputs: floats([1, 2, 3, 3]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a padding of sequences',
        run: () => separableConv2D({ filters: 1, kernelSize: 1, padding: 'causal' as 'same' }),
        code: 'OPTION_INVALID',
        says: ['padding'],
      },
    ],
  },
);

testLayer(
  conv2DTranspose,
  [
    {
      name: 'of ones, with strides',
      options: { filters: 1, kernelSize: [1, 2], strides: [1, 2], kernelInitializer: 'ones' },
      inputs: list([1, 2], 'float32', [1, 1, 2, 1]),
      outputs: list([1, 1, 2, 2], 'float32', [1, 1, 4, 1]),
    },
    {
      name: 'that pads the end',
      options: { filters: 2, kernelSize: 3, strides: 2, padding: 'same', outputPadding: 0 },
      inputs: floats([1, 2, 3, 1]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'an output padding as large as the strides',
        run: () => conv2DTranspose({ filters: 1, kernelSize: 2, strides: 2, outputPadding: 2, name: 't' }),
        code: 'OPTION_INVALID',
        says: ['Conv2DTranspose "t": outputPadding: expected null, or integers from 0', '[2, 2], got 2'],
      },
      {
        name: 'strides together with dilation',
        run: () => conv3DTranspose({ filters: 1, kernelSize: 2, strides: 2, dilationRate: 2 }),
        code: 'OPTION_INVALID',
        says: ['dilationRate: expected 1, because strides is [2, 2, 2]'],
      },
    ],
  },
);

describe('transposed convolutions', () => {
  it('leave open what follows from sizes that are not known', () => {
    const images = input({ shape: [null, 4, 2] });
    const made = conv2DTranspose({ filters: 3, kernelSize: 2, strides: 2 }).apply(images);
    expect(made.shape).toEqual([null, null, 8, 3]);
  });
});
