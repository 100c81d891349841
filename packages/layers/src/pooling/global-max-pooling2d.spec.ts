import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { globalMaxPooling2D, GlobalMaxPooling2D } from './global-max-pooling2d.js';

testAgainstKeras(GlobalMaxPooling2D);

testLayer(
  globalMaxPooling2D,
  [
    {
      name: 'of two channels',
      options: {},
      inputs: list([1, 10, 3, 30], 'float32', [1, 1, 2, 2]),
      outputs: list([3, 30], 'float32', [1, 2]),
    },
    { name: 'that keeps the axes', options: { keepdims: true }, inputs: floats([2, 3, 2, 2]) },
    { name: 'with channels first', options: { dataFormat: 'channels_first' }, inputs: floats([2, 2, 3, 4]) },
  ],
  {
    reload,
    rejects: [
      {
        name: 'what is no image',
        run: () =>
          globalMaxPooling2D({ dataFormat: 'channels_first', name: 'g' }).apply(input({ shape: [4] })),
        code: 'RANK_MISMATCH',
        says: ['GlobalMaxPooling2D "g": expected rank 4 ([batch, channels, height, width]), got rank 2'],
      },
      {
        name: 'an unknown data format',
        run: () => globalMaxPooling2D({ dataFormat: 'last' as 'channels_last' }),
        code: 'OPTION_INVALID',
        says: ['dataFormat'],
      },
    ],
  },
);
