import { input } from '@lamella/core';
import { floats, integers, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { dot, Dot } from './dot.js';

testAgainstKeras(Dot);

testLayer(
  dot,
  [
    {
      name: 'of vectors',
      options: { axes: 1 },
      inputs: [list([1, 2, 3], 'float32', [1, 3]), list([4, 5, 6], 'float32', [1, 3])],
      outputs: list([32], 'float32', [1, 1]),
    },
    {
      name: 'of directions',
      options: { axes: -1, normalize: true },
      inputs: [list([3, 4], 'float32', [1, 2]), list([0, 2], 'float32', [1, 2])],
      outputs: list([0.8], 'float32', [1, 1]),
    },
    {
      name: 'of matrices',
      options: { axes: [2, 1] },
      inputs: [floats([2, 2, 3]), floats([2, 3, 4], -1, 1.5)],
    },
    { name: 'of integers', options: { axes: 1 }, inputs: [integers([2, 3], 5), integers([2, 3], 4)] },
  ],
  {
    reload,
    rejects: [
      {
        name: 'no axes',
        run: () => dot({} as never),
        code: 'OPTION_INVALID',
        says: ['axes: expected an integer or two of them, got undefined'],
      },
      { name: 'three axes', run: () => dot({ axes: [1, 2, 3] }), code: 'OPTION_INVALID', says: ['axes'] },
      {
        name: 'the batch as an axis',
        run: () => dot({ axes: 0 }).apply([input({ shape: [2] }), input({ shape: [2] })]),
        code: 'OPTION_INVALID',
        says: ['axes other than the batch'],
      },
      {
        name: 'three inputs',
        run: () =>
          dot({ axes: 1 }).apply([input({ shape: [2] }), input({ shape: [2] }), input({ shape: [2] })]),
        code: 'INPUT_INVALID',
        says: ['expected a list of 2 tensors, got 3'],
      },
      {
        name: 'one tensor',
        run: () => dot({ axes: 1 }).apply(input({ shape: [2] })),
        code: 'INPUT_INVALID',
        says: [],
      },
      {
        name: 'sizes that differ',
        run: () => dot({ axes: 1, name: 'd' }).apply([input({ shape: [2] }), input({ shape: [3] })]),
        code: 'SHAPE_MISMATCH',
        says: ['Dot "d": expected equal sizes on axes 1 and 1, got 2 and 3'],
      },
      {
        name: 'an axis that is not there',
        run: () => dot({ axes: 2 }).apply([input({ shape: [2] }), input({ shape: [2] })]),
        code: 'OPTION_INVALID',
        says: ['axes: expected an axis of [null, 2], got 2'],
      },
      {
        name: 'a scalar an example',
        run: () => dot({ axes: -1 }).apply([input({ shape: [] }), input({ shape: [2] })]),
        code: 'RANK_MISMATCH',
        says: ['rank 2 or more'],
      },
    ],
  },
);
