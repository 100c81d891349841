import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { reLU, ReLU } from './re-lu.js';

testAgainstKeras(ReLU);

testLayer(
  reLU,
  [
    { name: 'by default', options: {}, inputs: list([-1, 0, 2]), outputs: list([0, 0, 2]) },
    {
      name: 'with all options',
      options: { maxValue: 2, negativeSlope: 0.5, threshold: 1 },
      inputs: list([-1, 0.5, 1.5, 3]),
      outputs: list([-1, -0.25, 1.5, 2]),
    },
    {
      name: 'without a limit, written as Infinity',
      options: { maxValue: Infinity },
      inputs: list([-1, 7]),
      outputs: list([0, 7]),
    },
    { name: 'of integers', options: {}, inputs: list([-1, 2], 'int32'), outputs: list([0, 2]) },
    { name: 'of a scalar an example', options: {}, inputs: floats([3]) },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a negative slope',
        run: () => reLU({ negativeSlope: -1 }),
        code: 'OPTION_INVALID',
        says: ['negativeSlope', 'got -1'],
      },
      {
        name: 'a negative limit',
        run: () => reLU({ maxValue: -1, name: 'r' }),
        code: 'OPTION_INVALID',
        says: ['ReLU "r": maxValue'],
      },
      {
        name: 'a threshold that is no number',
        run: () => reLU({ threshold: NaN }),
        code: 'OPTION_INVALID',
        says: ['threshold', 'got NaN'],
      },
      {
        name: 'a list of tensors',
        run: () => reLU().apply([input({ shape: [2] })]),
        code: 'INPUT_INVALID',
        says: ['expected one tensor, got a list of 1'],
      },
    ],
  },
);
