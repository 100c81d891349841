import { input } from '@lamella/core';
import { floats, integers, list, testLayer } from '@lamella/testing';
import { leakyReLU } from './leaky-re-lu.js';
import { pReLU } from './p-re-lu.js';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { activation, Activation } from './activation.js';

testAgainstKeras(Activation);

testLayer(
  activation,
  [
    {
      name: 'tanh',
      options: { activation: 'tanh' },
      inputs: list([0, Infinity, -Infinity]),
      outputs: list([0, 1, -1]),
      hasGradient: false,
    },
    { name: 'gelu', options: { activation: 'gelu' }, inputs: floats([2, 3]) },
    { name: 'glu, which halves', options: { activation: 'glu' }, inputs: floats([2, 4]) },
    { name: 'sigmoid of integers', options: { activation: 'sigmoid' }, inputs: integers([2, 3], 4) },
    {
      name: 'linear of integers',
      options: { activation: 'linear' },
      inputs: integers([2, 3], 4),
      outputs: integers([2, 3], 4),
    },
    {
      name: 'a layer',
      options: { activation: leakyReLU({ negativeSlope: 0.5, name: 'inner' }) },
      inputs: list([-2, 4]),
      outputs: list([-1, 4]),
    },
    {
      name: 'a layer with weights',
      options: { activation: pReLU({ alphaInitializer: 'ones', name: 'inner' }) },
      inputs: list([-2, 4], 'float32', [1, 2]),
      outputs: list([-2, 4], 'float32', [1, 2]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'no activation',
        run: () => activation({} as never),
        code: 'OPTION_INVALID',
        says: ['activation: expected an identifier, a function or a layer, got undefined'],
      },
      {
        name: 'an unknown one',
        run: () => activation({ activation: 'sigmoyd' as 'sigmoid', name: 'a' }),
        code: 'IDENTIFIER_UNKNOWN',
        says: ['Activation "a": unknown activation "sigmoyd"', 'Did you mean "sigmoid"'],
      },
      {
        name: 'a list of tensors',
        run: () => activation({ activation: 'relu' }).apply([input({ shape: [2] }), input({ shape: [2] })]),
        code: 'INPUT_INVALID',
        says: ['expected one tensor, got a list of 2'],
      },
      {
        name: 'halving an odd size',
        run: () => activation({ activation: 'glu' }).apply(input({ shape: [3] })),
        code: 'OPTION_INVALID',
        says: ['even size'],
      },
    ],
  },
);
