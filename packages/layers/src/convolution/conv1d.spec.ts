import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { applyTwice, reload, testAgainstKeras } from '../golden-cases.spec.js';
import { constant } from '../initializers/index.js';
import { conv1D, Conv1D } from './conv1d.js';

testAgainstKeras(Conv1D);

testLayer(
  conv1D,
  [
    {
      name: 'of ones',
      options: { filters: 1, kernelSize: 2, kernelInitializer: 'ones', biasInitializer: constant(0.5) },
      inputs: list([1, 2, 4, 8], 'float32', [1, 4, 1]),
      outputs: list([3.5, 6.5, 12.5], 'float32', [1, 3, 1]),
    },
    {
      name: 'with channels first, in groups',
      options: { filters: 2, kernelSize: 2, groups: 2, dataFormat: 'channels_first', activation: 'tanh' },
      inputs: floats([2, 2, 4]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a kernel of two sizes',
        run: () => conv1D({ filters: 1, kernelSize: [1, 2], name: 'c' }),
        code: 'OPTION_INVALID',
        says: ['Conv1D "c": kernelSize: expected a positive integer, got [1,2]'],
      },
      {
        name: 'what is no sequence',
        run: () => conv1D({ filters: 1, kernelSize: 1, name: 'c' }).apply(input({ shape: [4] })),
        code: 'RANK_MISMATCH',
        says: ['Conv1D "c": expected rank 3 ([batch, steps, channels]), got rank 2 ([null, 4])'],
      },
      {
        name: 'a sequence shorter than the kernel',
        run: () => conv1D({ filters: 1, kernelSize: 3 }).apply(input({ shape: [2, 1] })),
        code: 'SHAPE_MISMATCH',
        says: ['its kernel reaches over [3], more than the sequence [2]'],
      },
      {
        name: 'other channels than it was built for',
        run: () => applyTwice(conv1D({ filters: 1, kernelSize: 1 }), [2, 1], [2, 3]),
        code: 'SHAPE_MISMATCH',
        says: ['expected 1 channels, got 3', 'feed sequences of 1 channels'],
      },
    ],
  },
);
