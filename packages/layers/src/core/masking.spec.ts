import { describe, expect, it } from '@jest/globals';
import { input } from '@lamella/core';
import { list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { masking, Masking } from './masking.js';

testAgainstKeras(Masking);

testLayer(
  masking,
  [
    {
      name: 'of a value for each feature',
      options: { maskValue: [1, 2] },
      inputs: list([1, 2, 1, 3, 2, 1], 'float32', [1, 3, 2]),
      outputs: list([0, 0, 1, 3, 2, 1], 'float32', [1, 3, 2]),
      hasGradient: false,
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'what is no number',
        run: () => masking({ maskValue: 'none' as never, name: 'm' }),
        code: 'OPTION_INVALID',
        says: ['Masking "m": maskValue: expected a finite number, or lists of them, got "none"'],
      },
    ],
  },
);

describe('a Masking', () => {
  it('gives a mask over all but the last axis', () => {
    expect(masking().apply(input({ shape: [5, 2] })).mask).toEqual([null, 5]);
  });
});
