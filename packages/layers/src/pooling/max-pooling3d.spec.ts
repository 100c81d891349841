import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { maxPooling3D, MaxPooling3D } from './max-pooling3d.js';

testAgainstKeras(MaxPooling3D);

testLayer(
  maxPooling3D,
  [
    {
      name: 'of windows of 2',
      options: {},
      inputs: list([1, 2, 3, 4, 5, 6, 7, 8], 'float32', [1, 2, 2, 2, 1]),
      outputs: list([8], 'float32', [1, 1, 1, 1, 1]),
    },
    {
      name: 'with channels first, padded',
      options: { poolSize: 2, strides: 1, padding: 'same', dataFormat: 'channels_first' },
      inputs: floats([1, 2, 2, 3, 2]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a window of two sizes',
        run: () => maxPooling3D({ poolSize: [1, 2] }),
        code: 'OPTION_INVALID',
        says: ['poolSize: expected a positive integer or three of them, got [1,2]'],
      },
      {
        name: 'a volume smaller than the window',
        run: () => maxPooling3D({ poolSize: 3 }).apply(input({ shape: [2, 2, 2, 1] })),
        code: 'SHAPE_MISMATCH',
        says: ['its window [3, 3, 3] is larger than the volume [2, 2, 2]'],
      },
    ],
  },
);
