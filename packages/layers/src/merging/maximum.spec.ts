import { input } from '@lamella/core';
import { floats, integers, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { maximum, Maximum } from './maximum.js';

testAgainstKeras(Maximum);

testLayer(
  maximum,
  [
    {
      name: 'of two rows',
      options: {},
      inputs: [list([1, 7], 'float32', [1, 2]), list([3, 5], 'float32', [1, 2])],
      outputs: list([3, 7], 'float32', [1, 2]),
    },
    {
      name: 'that broadcasts across ranks',
      options: {},
      inputs: [floats([2, 2, 3]), floats([2, 3], -1.7, 1.6)],
    },
    { name: 'of integers', options: {}, inputs: [integers([2, 3], 5), integers([2, 3], 4)] },
    { name: 'of three', options: {}, inputs: [floats([2, 2]), floats([2, 2], -1, 2), floats([2, 1], -3, 1)] },
    {
      name: 'with masks',
      options: {},
      inputs: [list([1, 2, 3, 4], 'float32', [1, 4, 1]), list([5, 6, 7, 1], 'float32', [1, 4, 1])],
      masks: [list([1, 0, 1, 0], 'bool', [1, 4]), list([1, 1, 0, 0], 'bool', [1, 4])],
      outputs: list([5, 6, 3, 4], 'float32', [1, 4, 1]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'one tensor',
        run: () => maximum({ name: 'm' }).apply(input({ shape: [2] })),
        code: 'INPUT_INVALID',
        says: ['Maximum "m": expected a list of tensors, got one tensor', 'Fix: apply it to a list'],
      },
      {
        name: 'shapes that do not broadcast',
        run: () => maximum({ name: 'm' }).apply([input({ shape: [2] }), input({ shape: [3] })]),
        code: 'SHAPE_MISMATCH',
        says: ['Maximum "m": expected inputs whose shapes broadcast, got [null, 2] and [null, 3]', 'Fix'],
      },
      {
        name: 'batches of different sizes',
        run: () => maximum().apply([input({ batchShape: [2, 3] }), input({ batchShape: [4, 3] })]),
        code: 'SHAPE_MISMATCH',
        says: ['one batch size, got [2, 3] and [4, 3]'],
      },
    ],
  },
);
