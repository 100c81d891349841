import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { ConvLSTM1D } from './conv-lstm1d.js';
import { convLSTM2D, ConvLSTM2D } from './conv-lstm2d.js';
import { convLSTM3D, ConvLSTM3D } from './conv-lstm3d.js';

for (const layer of [ConvLSTM1D, ConvLSTM2D, ConvLSTM3D]) testAgainstKeras(layer);

const sums = {
  kernelInitializer: 'ones',
  recurrentInitializer: 'ones',
  activation: 'linear',
  recurrentActivation: 'linear',
  useBias: false,
} as const;

testLayer(
  convLSTM2D,
  [
    {
      name: 'of gates that are sums',
      options: { filters: 1, kernelSize: [1, 2], returnSequences: true, ...sums },
      inputs: list([1, 2, 0, 1], 'float32', [1, 2, 1, 2, 1]),
      // All gates are 3: c = 3 · 3, h = 3 · 9. Then all are 1 + 27: c = 28 · 9 + 28 · 28, h = 28 · c.
      outputs: list([27, 29008], 'float32', [1, 2, 1, 1, 1]),
    },
    {
      name: 'that drops in training',
      options: { filters: 1, kernelSize: 2, dropout: 0.4, recurrentDropout: 0.3, seed: 5 },
      inputs: floats([2, 2, 2, 3, 1]),
      inTraining: 'differs',
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'what is no sequence of images',
        run: () => convLSTM2D({ filters: 1, kernelSize: 1, name: 'm' }).apply(input({ shape: [4, 4, 1] })),
        code: 'RANK_MISMATCH',
        says: ['ConvLSTM2D "m": expected rank 5'],
      },
      {
        name: 'images of unknown sizes',
        run: () => convLSTM2D({ filters: 1, kernelSize: 1 }).apply(input({ shape: [3, null, 4, 1] })),
        code: 'SHAPE_MISMATCH',
        says: ['a known size of the image'],
      },
      {
        name: 'strides together with dilation',
        run: () => convLSTM3D({ filters: 1, kernelSize: 2, strides: 2, dilationRate: 2 }),
        code: 'OPTION_INVALID',
        says: ['dilationRate: expected 1, because strides is [2, 2, 2]'],
      },
    ],
  },
);
