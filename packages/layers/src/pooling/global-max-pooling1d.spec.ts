import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { globalMaxPooling1D, GlobalMaxPooling1D } from './global-max-pooling1d.js';

testAgainstKeras(GlobalMaxPooling1D);

testLayer(
  globalMaxPooling1D,
  [
    {
      name: 'of a sequence',
      options: {},
      inputs: list([1, 10, 3, 30], 'float32', [1, 2, 2]),
      outputs: list([3, 30], 'float32', [1, 2]),
    },
    {
      name: 'with channels first, keeping the axes',
      options: { dataFormat: 'channels_first', keepdims: true },
      inputs: floats([2, 3, 2]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'what is no sequence',
        run: () => globalMaxPooling1D().apply(input({ shape: [4] })),
        code: 'RANK_MISMATCH',
        says: ['expected rank 3 ([batch, steps, channels]), got rank 2'],
      },
    ],
  },
);
