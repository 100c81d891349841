import { input } from '@lamella/core';
import { floats, integers, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { flatten, Flatten } from './flatten.js';

testAgainstKeras(Flatten);

testLayer(
  flatten,
  [
    {
      name: 'by default',
      options: {},
      inputs: list([1, 2, 3, 4], 'float32', [1, 2, 2]),
      outputs: list([1, 2, 3, 4], 'float32', [1, 4]),
    },
    {
      name: 'with channels first',
      options: { dataFormat: 'channels_first' },
      inputs: list([1, 2, 3, 4], 'float32', [1, 2, 2]),
      outputs: list([1, 3, 2, 4], 'float32', [1, 4]),
    },
    { name: 'of a scalar an example', options: {}, inputs: floats([3]) },
    { name: 'of integers', options: {}, inputs: integers([2, 2, 2], 9) },
  ],
  {
    reload,
    rejects: [
      {
        name: 'an unknown data format',
        run: () => flatten({ dataFormat: 'channels' as 'channels_last' }),
        code: 'OPTION_INVALID',
        says: ['dataFormat: expected one of "channels_last", "channels_first", got "channels"'],
      },
      {
        name: 'a list of tensors',
        run: () => flatten().apply([input({ shape: [2] })]),
        code: 'INPUT_INVALID',
        says: [],
      },
    ],
  },
);
