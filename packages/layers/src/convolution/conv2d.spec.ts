import { callContext, input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { applyTwice, reload, testAgainstKeras } from '../golden-cases.spec.js';
import { constant } from '../initializers/index.js';
import { conv2D, Conv2D } from './conv2d.js';

testAgainstKeras(Conv2D);

testLayer(
  conv2D,
  [
    {
      name: 'of ones',
      options: { filters: 1, kernelSize: 2, kernelInitializer: 'ones', biasInitializer: constant(0.5) },
      inputs: list([1, 2, 3, 4, 5, 6], 'float32', [1, 2, 3, 1]),
      outputs: list([12.5, 16.5], 'float32', [1, 1, 2, 1]),
    },
    {
      name: 'that pads the end more',
      options: {
        filters: 1,
        kernelSize: [1, 3],
        strides: 2,
        padding: 'same',
        kernelInitializer: 'ones',
        useBias: false,
      },
      inputs: list([1, 2, 3, 4, 5, 6], 'float32', [1, 1, 6, 1]),
      outputs: list([6, 12, 11], 'float32', [1, 1, 3, 1]),
    },
    {
      name: 'with dilation',
      options: { filters: 2, kernelSize: 2, dilationRate: 2, activation: 'tanh' },
      inputs: floats([1, 4, 4, 2]),
    },
    { name: 'with groups', options: { filters: 4, kernelSize: 2, groups: 2 }, inputs: floats([1, 3, 3, 4]) },
    {
      name: 'with channels first',
      options: { filters: 2, kernelSize: 2, dataFormat: 'channels_first' },
      inputs: floats([1, 2, 3, 3]),
    },
    {
      name: 'with all options',
      options: {
        filters: 2,
        kernelSize: 2,
        activation: 'relu',
        kernelRegularizer: 'l2',
        biasRegularizer: 'l1',
        activityRegularizer: 'l1',
        kernelConstraint: 'max_norm',
        biasConstraint: 'non_neg',
      },
      inputs: floats([2, 3, 3, 1]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'no filters',
        run: () => conv2D({ filters: 0, kernelSize: 3, name: 'c' }),
        code: 'OPTION_INVALID',
        says: ['Conv2D "c": filters: expected a positive integer, got 0'],
      },
      {
        name: 'no kernel size',
        run: () => conv2D({ filters: 1 } as never),
        code: 'OPTION_INVALID',
        says: ['kernelSize'],
      },
      {
        name: 'a padding of other layers',
        run: () => conv2D({ filters: 1, kernelSize: 1, padding: 'causal' as 'same' }),
        code: 'OPTION_INVALID',
        says: ['padding: expected one of "valid", "same", got "causal"'],
      },
      {
        name: 'strides together with dilation',
        run: () => conv2D({ filters: 1, kernelSize: 2, strides: 2, dilationRate: 2 }),
        code: 'OPTION_INVALID',
        says: ['dilationRate: expected 1, because strides is [2, 2]'],
      },
      {
        name: 'groups that do not divide the filters',
        run: () => conv2D({ filters: 3, kernelSize: 1, groups: 2 }),
        code: 'OPTION_INVALID',
        says: ['groups: expected a divisor of filters (3), got 2'],
      },
      {
        name: 'groups that do not divide the channels',
        run: () => conv2D({ filters: 2, kernelSize: 1, groups: 2 }).apply(input({ shape: [2, 2, 3] })),
        code: 'SHAPE_MISMATCH',
        says: ['channels that 2 groups share out, got 3'],
      },
      {
        name: 'what is no image',
        run: () => conv2D({ filters: 1, kernelSize: 1, name: 'c' }).apply(input({ shape: [28, 28] })),
        code: 'RANK_MISMATCH',
        says: ['Conv2D "c": expected rank 4 ([batch, height, width, channels]), got rank 3 ([null, 28, 28])'],
      },
      {
        name: 'channels that are not known',
        run: () => conv2D({ filters: 1, kernelSize: 1 }).apply(input({ shape: [2, 2, null] })),
        code: 'SHAPE_MISMATCH',
        says: ['a known number of channels'],
      },
      {
        name: 'an image smaller than the kernel',
        run: () => conv2D({ filters: 1, kernelSize: 2, dilationRate: 3 }).apply(input({ shape: [3, 5, 1] })),
        code: 'SHAPE_MISMATCH',
        says: ['its kernel reaches over [4, 4], more than the image [3, 5]', 'Fix'],
      },
      {
        name: 'other channels than it was built for',
        run: () => applyTwice(conv2D({ filters: 1, kernelSize: 1, name: 'c' }), [2, 2, 1], [2, 2, 3]),
        code: 'SHAPE_MISMATCH',
        says: [
          'Conv2D "c": expected 1 channels, got 3',
          'Its kernel [1, 1, 1, 1] was created for 1 channels',
          'Fix',
        ],
      },
      {
        name: 'to compute before it was built',
        run: () => conv2D({ filters: 1, kernelSize: 1, name: 'c' }).call([], callContext()),
        code: 'LAYER_NOT_BUILT',
        says: ['Conv2D "c"'],
      },
    ],
  },
);
