import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { maxPooling1D, MaxPooling1D } from './max-pooling1d.js';

testAgainstKeras(MaxPooling1D);

testLayer(
  maxPooling1D,
  [
    {
      name: 'of windows of 2',
      options: {},
      inputs: list([1, 5, 2, 4, 9], 'float32', [1, 5, 1]),
      outputs: list([5, 4], 'float32', [1, 2, 1]),
    },
    {
      name: 'with channels first, padded',
      options: { poolSize: 2, strides: 1, padding: 'same', dataFormat: 'channels_first' },
      inputs: floats([1, 2, 5]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a window of two sizes',
        run: () => maxPooling1D({ poolSize: [1, 2] }),
        code: 'OPTION_INVALID',
        says: ['poolSize: expected a positive integer, got [1,2]'],
      },
      {
        name: 'a sequence smaller than the window',
        run: () => maxPooling1D({ poolSize: 3 }).apply(input({ shape: [2, 1] })),
        code: 'SHAPE_MISMATCH',
        says: ['its window [3] is larger than the sequence [2]'],
      },
    ],
  },
);
