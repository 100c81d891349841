import { describe, expect, it } from '@jest/globals';
import { input } from '@lamella/core';
import { list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { leakyReLU, LeakyReLU } from './leaky-re-lu.js';

testAgainstKeras(LeakyReLU);

testLayer(
  leakyReLU,
  [
    { name: 'by default', options: {}, inputs: list([-1, 0, 2]), outputs: list([-0.3, 0, 2]) },
    {
      name: 'with a slope',
      options: { negativeSlope: 0.5 },
      inputs: list([-1, 2]),
      outputs: list([-0.5, 2]),
    },
    { name: 'of integers', options: {}, inputs: list([-1, 2], 'int32'), outputs: list([-0.3, 2]) },
  ],
  {
    reload,
    rejects: [
      {
        name: 'a negative slope',
        run: () => leakyReLU({ negativeSlope: -0.1 }),
        code: 'OPTION_INVALID',
        says: ['negativeSlope', 'got -0.1'],
      },
      {
        name: 'a list of tensors',
        run: () => leakyReLU().apply([input({ shape: [2] })]),
        code: 'INPUT_INVALID',
        says: [],
      },
    ],
  },
);

describe('LeakyReLU', () => {
  it('reads what Keras 2 wrote', () => {
    expect(LeakyReLU.fromConfig({ name: 'old', alpha: 0.2 }).negativeSlope).toBe(0.2);
    expect(LeakyReLU.fromConfig({ name: 'new', negativeSlope: 0.1 }).negativeSlope).toBe(0.1);
    expect(LeakyReLU.fromConfig({}).negativeSlope).toBe(0.3);
  });
});
