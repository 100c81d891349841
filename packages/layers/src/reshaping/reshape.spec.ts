import { describe, expect, it } from '@jest/globals';
import { input } from '@lamella/core';
import { floats, integers, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { reshape, Reshape } from './reshape.js';

testAgainstKeras(Reshape);

testLayer(
  reshape,
  [
    {
      name: 'to two axes',
      options: { targetShape: [2, 2] },
      inputs: list([1, 2, 3, 4], 'float32', [1, 4]),
      outputs: list([1, 2, 3, 4], 'float32', [1, 2, 2]),
    },
    { name: 'with an unknown size', options: { targetShape: [-1, 2] }, inputs: floats([2, 3, 4]) },
    { name: 'to a scalar an example', options: { targetShape: [] }, inputs: floats([3, 1]) },
    { name: 'of integers', options: { targetShape: [3, -1] }, inputs: integers([2, 6], 9) },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a number of values that does not fit',
        run: () => reshape({ targetShape: [4], name: 'r' }).apply(input({ shape: [6] })),
        code: 'SHAPE_MISMATCH',
        says: [
          'Reshape "r": expected 4 values in each example, got 6',
          'Fix: choose a targetShape of 6 values',
        ],
      },
      {
        name: 'a number that does not divide',
        run: () => reshape({ targetShape: [-1, 4] }).apply(input({ shape: [6] })),
        code: 'SHAPE_MISMATCH',
        says: ['a multiple of 4'],
      },
      {
        name: 'two unknown sizes',
        run: () => reshape({ targetShape: [-1, -1] }),
        code: 'OPTION_INVALID',
        says: ['at most one of them -1'],
      },
      {
        name: 'no target shape',
        run: () => reshape({} as never),
        code: 'OPTION_INVALID',
        says: ['targetShape'],
      },
    ],
  },
);

describe('Reshape', () => {
  it('leaves open what depends on sizes that are not known', () => {
    const x = input({ shape: [null, 6] });
    expect(reshape({ targetShape: [-1, 4] }).apply(x).shape).toEqual([null, null, 4]);
    expect(reshape({ targetShape: [3, 4] }).apply(x).shape).toEqual([null, 3, 4]);
  });
});
