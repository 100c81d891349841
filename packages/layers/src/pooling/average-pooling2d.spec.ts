import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { averagePooling2D, AveragePooling2D } from './average-pooling2d.js';

testAgainstKeras(AveragePooling2D);

testLayer(
  averagePooling2D,
  [
    {
      name: 'of a 2 by 2 window',
      options: {},
      inputs: list([1, 2, 5, 6, 3, 4, 7, 8], 'float32', [1, 2, 4, 1]),
      outputs: list([2.5, 6.5], 'float32', [1, 1, 2, 1]),
    },
    {
      name: 'whose padding does not count',
      options: { poolSize: [1, 2], strides: 1, padding: 'same' },
      inputs: list([1, 3, 5], 'float32', [1, 1, 3, 1]),
      outputs: list([2, 4, 5], 'float32', [1, 1, 3, 1]),
    },
    { name: 'with channels first', options: { dataFormat: 'channels_first' }, inputs: floats([2, 2, 4, 5]) },
    {
      name: 'of integers',
      options: {},
      inputs: list([1, 2, 3, 4], 'int32', [1, 2, 2, 1]),
      outputs: list([2.5], 'float32', [1, 1, 1, 1]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a window of no size',
        run: () => averagePooling2D({ poolSize: 0, name: 'p' }),
        code: 'OPTION_INVALID',
        says: ['AveragePooling2D "p": poolSize: expected a positive integer, got 0'],
      },
      {
        name: 'a window of three sizes',
        run: () => averagePooling2D({ poolSize: [1, 2, 3] }),
        code: 'OPTION_INVALID',
        says: ['poolSize: expected a positive integer or two of them, got [1,2,3]'],
      },
      {
        name: 'an unknown padding',
        run: () => averagePooling2D({ padding: 'full' as 'same' }),
        code: 'OPTION_INVALID',
        says: ['padding: expected one of "valid", "same", got "full"'],
      },
      {
        name: 'what is no image',
        run: () => averagePooling2D({ name: 'p' }).apply(input({ shape: [4, 4] })),
        code: 'RANK_MISMATCH',
        says: [
          'AveragePooling2D "p": expected rank 4 ([batch, height, width, channels]), got rank 3 ([null, 4, 4])',
        ],
      },
      {
        name: 'an image smaller than the window',
        run: () => averagePooling2D({ poolSize: 3 }).apply(input({ shape: [2, 4, 1] })),
        code: 'SHAPE_MISMATCH',
        says: ['its window [3, 3] is larger than the image [2, 4]', 'Fix: choose a smaller poolSize'],
      },
    ],
  },
);
