import { input } from '@lamella/core';
import { integers, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { repeatVector, RepeatVector } from './repeat-vector.js';

testAgainstKeras(RepeatVector);

testLayer(
  repeatVector,
  [
    {
      name: 'twice',
      options: { n: 2 },
      inputs: list([1, 2], 'float32', [1, 2]),
      outputs: list([1, 2, 1, 2], 'float32', [1, 2, 2]),
    },
    { name: 'of integers', options: { n: 3 }, inputs: integers([2, 2], 9) },
  ],
  {
    reload,
    rejects: [
      {
        name: 'less than one',
        run: () => repeatVector({ n: 0 }),
        code: 'OPTION_INVALID',
        says: ['n: expected a positive integer, got 0'],
      },
      {
        name: 'a part of a time',
        run: () => repeatVector({ n: 1.5 }),
        code: 'OPTION_INVALID',
        says: ['got 1.5'],
      },
      {
        name: 'what is no vector',
        run: () => repeatVector({ n: 2, name: 'r' }).apply(input({ shape: [2, 3] })),
        code: 'RANK_MISMATCH',
        says: ['RepeatVector "r": expected rank 2 ([batch, features]), got rank 3'],
      },
    ],
  },
);
