import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { conv3D, Conv3D } from './conv3d.js';

testAgainstKeras(Conv3D);

testLayer(
  conv3D,
  [
    {
      name: 'of ones',
      options: { filters: 1, kernelSize: [2, 1, 2], kernelInitializer: 'ones', useBias: false },
      inputs: list([1, 2, 3, 4, 5, 6, 7, 8], 'float32', [1, 2, 2, 2, 1]),
      outputs: list([14, 22], 'float32', [1, 1, 2, 1, 1]),
    },
    {
      name: 'with channels first, in groups',
      options: { filters: 2, kernelSize: 2, groups: 2, dataFormat: 'channels_first' },
      inputs: floats([1, 2, 2, 2, 3]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a kernel of two sizes',
        run: () => conv3D({ filters: 1, kernelSize: [1, 2], name: 'c' }),
        code: 'OPTION_INVALID',
        says: ['Conv3D "c": kernelSize: expected a positive integer or three of them, got [1,2]'],
      },
      {
        name: 'what is no volume',
        run: () => conv3D({ filters: 1, kernelSize: 1 }).apply(input({ shape: [4, 4, 1] })),
        code: 'RANK_MISMATCH',
        says: ['expected rank 5 ([batch, depth, height, width, channels]), got rank 4'],
      },
    ],
  },
);
