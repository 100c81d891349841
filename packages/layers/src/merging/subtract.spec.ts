import { input } from '@lamella/core';
import { floats, integers, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { subtract, Subtract } from './subtract.js';

testAgainstKeras(Subtract);

testLayer(
  subtract,
  [
    {
      name: 'of two rows',
      options: {},
      inputs: [list([1, 2], 'float32', [1, 2]), list([3, 5], 'float32', [1, 2])],
      outputs: list([-2, -3], 'float32', [1, 2]),
    },
    {
      name: 'that broadcasts across ranks',
      options: {},
      inputs: [floats([2, 2, 3]), floats([2, 3], -1.7, 1.6)],
    },
    { name: 'of integers', options: {}, inputs: [integers([2, 3], 5), integers([2, 3], 4)] },
  ],
  {
    reload,
    rejects: [
      {
        name: 'one tensor',
        run: () => subtract({ name: 'm' }).apply(input({ shape: [2] })),
        code: 'INPUT_INVALID',
        says: ['Subtract "m": expected a list of tensors, got one tensor', 'Fix: apply it to a list'],
      },
      {
        name: 'shapes that do not broadcast',
        run: () => subtract({ name: 'm' }).apply([input({ shape: [2] }), input({ shape: [3] })]),
        code: 'SHAPE_MISMATCH',
        says: ['Subtract "m": expected inputs whose shapes broadcast, got [null, 2] and [null, 3]', 'Fix'],
      },
      {
        name: 'batches of different sizes',
        run: () => subtract().apply([input({ batchShape: [2, 3] }), input({ batchShape: [4, 3] })]),
        code: 'SHAPE_MISMATCH',
        says: ['one batch size, got [2, 3] and [4, 3]'],
      },
      {
        name: 'three inputs',
        run: () =>
          subtract({ name: 'm' }).apply([
            input({ shape: [2] }),
            input({ shape: [2] }),
            input({ shape: [2] }),
          ]),
        code: 'INPUT_INVALID',
        says: ['Subtract "m": expected a list of 2 tensors, got 3'],
      },
    ],
  },
);
