import { describe, expect, it } from '@jest/globals';
import { callContext, input } from '@lamella/core';
import { floats, integers, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { leakyReLU } from '../activation/leaky-re-lu.js';
import { pReLU } from '../activation/p-re-lu.js';
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
      {
        name: 'an unknown activation',
        run: () => dense({ units: 1, activation: 'reluu' as 'relu' }),
        code: 'IDENTIFIER_UNKNOWN',
        says: ['Did you mean "relu"'],
      },
      {
        name: 'an unknown initializer',
        run: () => dense({ units: 1, kernelInitializer: 'glorot' as 'zeros' }),
        code: 'IDENTIFIER_UNKNOWN',
        says: ['unknown initializer "glorot"'],
      },
      {
        name: 'an initializer where a regularizer belongs',
        run: () => dense({ units: 1, kernelRegularizer: ones() as never }),
        code: 'OPTION_INVALID',
        says: ['kernelRegularizer'],
      },
      {
        name: 'a dtype policy that there is not, by its name',
        run: () => dense({ units: 1, name: 'd', dtype: 'mixed_float8' as 'float32' }),
        code: 'DTYPE_POLICY_UNKNOWN',
        says: ['Dense "d"', '"mixed_float8"', 'Did you mean "mixed_float16"'],
      },
      {
        name: 'a scalar an example',
        run: () => dense({ units: 1 }).apply(input({ shape: [] })),
        code: 'RANK_MISMATCH',
        says: ['rank 2 or more ([batch, ..., features]), got rank 1'],
      },
      {
        name: 'a number of features that is not known',
        run: () => dense({ units: 1 }).apply(input({ shape: [null] })),
        code: 'SHAPE_MISMATCH',
        says: ['a known last dimension', 'Fix'],
      },
      {
        name: 'a list of tensors',
        run: () => dense({ units: 1 }).apply([input({ shape: [2] }), input({ shape: [2] })]),
        code: 'INPUT_INVALID',
        says: ['expected one tensor, got a list of 2', 'Fix'],
      },
      {
        name: 'to compute before it was built',
        run: () => dense({ units: 1, name: 'd' }).call([], callContext()),
        code: 'LAYER_NOT_BUILT',
        says: ['Dense "d"', 'Fix'],
      },
    ],
  },
);

describe('Dense', () => {
  it('says which input its kernel was created for when another number of features comes', () => {
    const layer = dense({ units: 10, name: 'classifier' });
    layer.apply(input({ shape: [784], name: 'pixels' }));
    expect(() => layer.apply(input({ batchShape: [32, 768] }))).toThrow(
      [
        '[SHAPE_MISMATCH] Dense "classifier": expected last dimension 784, got 768 (input [32, 768]).',
        'Its kernel was created for 784 features from input "pixels".',
        'Fix: feed [batch, 784], or rebuild the graph with input({ shape: [768] }).',
      ].join('\n'),
    );
  });

  it('trains the weights of the layer that is its activation', () => {
    const layer = dense({ units: 2, activation: pReLU() });
    layer.apply(input({ shape: [3] }));
    expect(layer.weights.map((weight) => weight.shortName)).toEqual(['kernel', 'bias', 'alpha']);
  });
});
