import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { globalAveragePooling1D, GlobalAveragePooling1D } from './global-average-pooling1d.js';

testAgainstKeras(GlobalAveragePooling1D);

testLayer(
  globalAveragePooling1D,
  [
    {
      name: 'of a sequence',
      options: {},
      inputs: list([1, 10, 3, 30], 'float32', [1, 2, 2]),
      outputs: list([2, 20], 'float32', [1, 2]),
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
        run: () => globalAveragePooling1D().apply(input({ shape: [4] })),
        code: 'RANK_MISMATCH',
        says: ['expected rank 3 ([batch, steps, channels]), got rank 2'],
      },
    ],
  },
);
