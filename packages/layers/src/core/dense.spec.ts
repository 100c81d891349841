import { describe, expect, it } from '@jest/globals';
import { input } from '@lamella/core';
import { floats, integers, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { leakyReLU } from '../activation/leaky-re-lu.js';
import { constant, ones } from '../initializers/index.js';
import { l1L2 } from '../regularizers/index.js';
import { dense, Dense } from './dense.js';

testAgainstKeras(Dense);

testLayer(
  dense,
  [
    {
      name: 'of ones',
      options: { units: 2, kernelInitializer: ones(), biasInitializer: constant(0.5) },
      inputs: list([1, 2, 3, -1, -2, -4], 'float32', [2, 3]),
      outputs: list([6.5, 6.5, -6.5, -6.5], 'float32', [2, 2]),
    },
    {
      name: 'without a bias',
      options: { units: 3, useBias: false, activation: 'tanh' },
      inputs: floats([2, 4]),
    },
    { name: 'over three dimensions', options: { units: 3 }, inputs: floats([2, 2, 4]) },
    { name: 'of integers', options: { units: 2 }, inputs: integers([2, 3], 5) },
    {
      name: 'with regularizers, constraints and a layer for an activation',
      options: {
        units: 2,
        activation: leakyReLU({ negativeSlope: 0.1, name: 'inner' }),
        kernelRegularizer: 'l2',
        biasRegularizer: l1L2({ l1: 0.1 }),
        activityRegularizer: 'l1',
        kernelConstraint: 'max_norm',
        biasConstraint: 'non_neg',
      },
      inputs: floats([3, 2]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'negative units',
        run: () => dense({ units: -1, name: 'd' }),
        code: 'OPTION_INVALID',
        says: ['Dense "d": units: expected a positive integer, got -1'],
      },
      { name: 'no units', run: () => dense({} as never), code: 'OPTION_INVALID', says: ['units'] },
    ],
  },
);
