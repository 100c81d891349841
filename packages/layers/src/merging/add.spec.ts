import { input } from '@lamella/core';
import { floats, integers, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { add, Add } from './add.js';

testAgainstKeras(Add);

testLayer(
  add,
  [
    {
      name: 'of two rows',
      options: {},
      inputs: [list([1, 2], 'float32', [1, 2]), list([3, 5], 'float32', [1, 2])],
      outputs: list([4, 7], 'float32', [1, 2]),
    },
    {
      name: 'that broadcasts across ranks',
      options: {},
      inputs: [floats([2, 2, 3]), floats([2, 3], -1.7, 1.6)],
    },
    {
      name: 'of ranks four and three',
      options: {},
      inputs: [floats([1, 2, 2, 3]), list([1, 2, 3, 4, 5, 6], 'float32', [1, 2, 3])],
      outputs: list(
        [...floats([12]).data].map((value, k) => value + (k % 6) + 1),
        'float32',
        [1, 2, 2, 3],
      ),
    },
    { name: 'of integers', options: {}, inputs: [integers([2, 3], 5), integers([2, 3], 4)] },
    { name: 'of three', options: {}, inputs: [floats([2, 2]), floats([2, 2], -1, 2), floats([2, 1], -3, 1)] },
  ],
  {
    reload,
    rejects: [
      {
        name: 'one tensor',
        run: () => add({ name: 'm' }).apply(input({ shape: [2] })),
        code: 'INPUT_INVALID',
        says: ['Add "m": expected a list of tensors, got one tensor', 'Fix: apply it to a list'],
      },
      {
        name: 'shapes that do not broadcast',
        run: () => add({ name: 'm' }).apply([input({ shape: [2] }), input({ shape: [3] })]),
        code: 'SHAPE_MISMATCH',
        says: ['Add "m": expected inputs whose shapes broadcast, got [null, 2] and [null, 3]', 'Fix'],
      },
      {
        name: 'batches of different sizes',
        run: () => add().apply([input({ batchShape: [2, 3] }), input({ batchShape: [4, 3] })]),
        code: 'SHAPE_MISMATCH',
        says: ['one batch size, got [2, 3] and [4, 3]'],
      },
    ],
  },
);
