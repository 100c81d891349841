import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { concatenate, Concatenate } from './concatenate.js';

testAgainstKeras(Concatenate);

testLayer(
  concatenate,
  [
    {
      name: 'of the last axis',
      options: {},
      inputs: [list([1, 2], 'float32', [1, 2]), list([3], 'float32', [1, 1])],
      outputs: list([1, 2, 3], 'float32', [1, 3]),
    },
    { name: 'of another axis', options: { axis: 1 }, inputs: [floats([2, 1, 3]), floats([2, 2, 3], 0, 1)] },
    {
      name: 'of integers and floats',
      options: {},
      inputs: [list([1, 2], 'int32', [1, 2]), list([0.5], 'float32', [1, 1])],
      outputs: list([1, 2, 0.5], 'float32', [1, 3]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'one tensor',
        run: () => concatenate({ name: 'c' }).apply(input({ shape: [2] })),
        code: 'INPUT_INVALID',
        says: ['Concatenate "c": expected a list of tensors'],
      },
      {
        name: 'shapes that differ elsewhere',
        run: () => concatenate({ name: 'c' }).apply([input({ shape: [2, 3] }), input({ shape: [3, 3] })]),
        code: 'SHAPE_MISMATCH',
        says: ['expected shapes that differ in axis -1 only, got [null, 2, 3] and [null, 3, 3]'],
      },
      {
        name: 'ranks that differ',
        run: () => concatenate().apply([input({ shape: [2, 3] }), input({ shape: [3] })]),
        code: 'SHAPE_MISMATCH',
        says: [],
      },
      {
        name: 'an axis that is not there',
        run: () => concatenate({ axis: 3 }).apply([input({ shape: [2] }), input({ shape: [2] })]),
        code: 'OPTION_INVALID',
        says: ['axis: expected an axis of [null, 2], got 3'],
      },
      {
        name: 'an axis that is no integer',
        run: () => concatenate({ axis: 'last' as never }),
        code: 'OPTION_INVALID',
        says: ['axis: expected an integer, got "last"'],
      },
    ],
  },
);
