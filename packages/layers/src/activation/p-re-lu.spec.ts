import { callContext, input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { applyTwice, reload, testAgainstKeras } from '../golden-cases.spec.js';
import { constant } from '../initializers/index.js';
import { pReLU, PReLU } from './p-re-lu.js';

testAgainstKeras(PReLU);

testLayer(
  pReLU,
  [
    {
      name: 'with a slope of 0.5',
      options: { alphaInitializer: constant(0.5) },
      inputs: list([-1, 2, -4, 3], 'float32', [2, 2]),
      outputs: list([-0.5, 2, -2, 3], 'float32', [2, 2]),
    },
    {
      name: 'with shared axes',
      options: {
        sharedAxes: [1, 2],
        alphaInitializer: 'uniform',
        alphaRegularizer: 'l2',
        alphaConstraint: 'non_neg',
      },
      inputs: floats([2, 2, 3, 2]),
    },
    {
      name: 'with one shared axis',
      options: { sharedAxes: 1, alphaInitializer: 'ones' },
      inputs: floats([1, 2, 3]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'sharing the batch',
        run: () => pReLU({ sharedAxes: 0 }).apply(input({ shape: [2] })),
        code: 'OPTION_INVALID',
        says: ['sharedAxes: expected axes from 1 to 1'],
      },
      {
        name: 'a size that is not known',
        run: () => pReLU().apply(input({ shape: [null, 2] })),
        code: 'SHAPE_MISMATCH',
        says: ['expected known sizes, got [null, null, 2]', 'Fix'],
      },
      {
        name: 'other sizes than it was built for',
        run: () => applyTwice(pReLU({ name: 'p' }), [2], [3]),
        code: 'SHAPE_MISMATCH',
        says: ['PReLU "p"', '[null, 2]', '[null, 3]'],
      },
      {
        name: 'to compute before it was built',
        run: () => pReLU({ name: 'p' }).call([], callContext()),
        code: 'LAYER_NOT_BUILT',
        says: ['PReLU "p"'],
      },
    ],
  },
);
