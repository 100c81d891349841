import { input } from '@lamella/core';
import { floats, integers, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { permute, Permute } from './permute.js';

testAgainstKeras(Permute);

testLayer(
  permute,
  [
    {
      name: 'of a matrix',
      options: { dims: [2, 1] },
      inputs: list([1, 2, 3, 4, 5, 6], 'float32', [1, 2, 3]),
      outputs: list([1, 4, 2, 5, 3, 6], 'float32', [1, 3, 2]),
    },
    { name: 'of three axes', options: { dims: [3, 1, 2] }, inputs: floats([2, 2, 1, 3]) },
    { name: 'of integers', options: { dims: [2, 1] }, inputs: integers([2, 2, 3], 9) },
  ],
  {
    reload,
    rejects: [
      {
        name: 'axes counted from 0',
        run: () => permute({ dims: [0, 1] }),
        code: 'OPTION_INVALID',
        says: ['dims: expected each axis from 1 on, once, got [0,1]'],
      },
      {
        name: 'one axis twice',
        run: () => permute({ dims: [1, 1] }),
        code: 'OPTION_INVALID',
        says: ['dims'],
      },
      {
        name: 'an input of another rank',
        run: () => permute({ dims: [2, 1], name: 'p' }).apply(input({ shape: [2] })),
        code: 'RANK_MISMATCH',
        says: ['Permute "p": expected rank 3, got rank 2 ([null, 2])'],
      },
    ],
  },
);
