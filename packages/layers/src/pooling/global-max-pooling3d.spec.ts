import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { globalMaxPooling3D, GlobalMaxPooling3D } from './global-max-pooling3d.js';

testAgainstKeras(GlobalMaxPooling3D);

testLayer(
  globalMaxPooling3D,
  [
    {
      name: 'of a volume',
      options: {},
      inputs: list([1, 2, 3, 4, 5, 6, 7, 8], 'float32', [1, 2, 2, 2, 1]),
      outputs: list([8], 'float32', [1, 1]),
    },
    {
      name: 'with channels first, keeping the axes',
      options: { dataFormat: 'channels_first', keepdims: true },
      inputs: floats([1, 2, 3, 1, 2]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'what is no volume',
        run: () => globalMaxPooling3D().apply(input({ shape: [4] })),
        code: 'RANK_MISMATCH',
        says: ['expected rank 5 ([batch, depth, height, width, channels]), got rank 2'],
      },
    ],
  },
);
