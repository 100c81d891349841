import { describe, expect, it } from '@jest/globals';
import type * as tf from '@tensorflow/tfjs-core';
import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { identity, Identity } from './identity.js';
import { masking, Masking } from './masking.js';

testAgainstKeras(Masking);
testAgainstKeras(Identity);

testLayer(identity, [{ name: 'of rows', options: {}, inputs: floats([2, 3]), outputs: floats([2, 3]) }], {
  reload,
  rejects: [],
});

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

describe('an Identity', () => {
  it('takes trees, and passes the mask of each tensor on', () => {
    const [a, b] = [input({ shape: [5, 2] }), input({ shape: [3], dtype: 'int32' })];
    const result = identity<{ a: tf.Tensor; b: tf.Tensor[] }>().apply({ a: masking().apply(a), b: [b] });
    expect([result.a.mask, result.a.shape, result.b[0]!.mask, result.b[0]!.dtype]).toEqual([
      [null, 5],
      [null, 5, 2],
      null,
      'int32',
    ]);
  });
});
