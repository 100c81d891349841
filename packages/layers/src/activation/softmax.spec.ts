import { cpu } from '@lamella/backend-cpu';
import { input } from '@lamella/core';
import { booleans, callLayer, floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { softmax, Softmax } from './softmax.js';

testAgainstKeras(Softmax);

testLayer(
  softmax,
  [
    {
      name: 'of equal values',
      options: {},
      inputs: list([5, 5, 1, 1], 'float32', [2, 2]),
      outputs: list([0.5, 0.5, 0.5, 0.5], 'float32', [2, 2]),
    },
    { name: 'over two axes', options: { axis: [1, 2] }, inputs: floats([2, 2, 3]) },
    {
      name: 'with a mask',
      options: {},
      inputs: list([7, 1, 1, 1, 2, 3], 'float32', [2, 3]),
      masks: [list([0, 1, 1, 0, 0, 0], 'bool', [2, 3])],
      outputs: list([0, 0.5, 0.5, 0, 0, 0], 'float32', [2, 3]),
    },
    {
      name: 'of integers',
      options: {},
      inputs: list([5, 5], 'int32', [1, 2]),
      outputs: list([0.5, 0.5], 'float32', [1, 2]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'an axis that is not there',
        run: () => softmax({ axis: 2, name: 's' }).apply(input({ shape: [3] })),
        code: 'OPTION_INVALID',
        says: ['Softmax "s": axis: expected an axis of [null, 3], got 2'],
      },
      {
        name: 'no axis at all',
        run: () => softmax({ axis: [] }),
        code: 'OPTION_INVALID',
        says: ['at least one axis'],
      },
      {
        name: 'one axis twice',
        run: () => softmax({ axis: [1, -1] }).apply(input({ shape: [3] })),
        code: 'OPTION_INVALID',
        says: ['axes that differ'],
      },
      {
        name: 'a mask that does not fit',
        run: () => callLayer(softmax(), { inputs: floats([2, 3]), masks: [booleans([2, 2])] }, cpu()),
        code: 'SHAPE_MISMATCH',
        says: ['a mask that broadcasts to [2, 3], got [2, 2]'],
      },
    ],
  },
);
