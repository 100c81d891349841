import { describe, expect, it } from '@jest/globals';
import { input } from '@lamella/core';
import { floats, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { identity, ones } from '../initializers/index.js';
import { einsumDense, EinsumDense } from './einsum-dense.js';
import { reversibleEmbedding, ReversibleEmbedding } from './reversible-embedding.js';

testAgainstKeras(EinsumDense);
testAgainstKeras(ReversibleEmbedding);

const refused = (options: object, says: string, shape: readonly (number | null)[] = [3, 4]) => ({
  name: JSON.stringify(options),
  run: () =>
    einsumDense({ name: 'e', equation: 'abc,cd->abd', outputShape: 2, ...options }).apply(input({ shape })),
  code: 'OPTION_INVALID',
  says: ['EinsumDense "e"', says],
});

testLayer(
  einsumDense,
  [
    {
      name: 'of ones',
      options: {
        equation: 'abc,cde->abde',
        outputShape: [null, 2, 1],
        biasAxes: 'd',
        kernelInitializer: ones(),
        biasInitializer: ones(),
      },
      inputs: list([1, 2, 3, 4], 'float32', [1, 2, 2]),
      outputs: list([4, 4, 8, 8], 'float32', [1, 2, 2, 1]),
    },
    {
      name: 'with hidden axes',
      options: { equation: '...a,ab->...b', outputShape: 3, activation: 'tanh' },
      inputs: floats([2, 2, 4]),
    },
    {
      name: 'with axes hidden behind',
      options: { equation: 'ab...,bc->ac...', outputShape: 3, biasAxes: 'c' },
      inputs: floats([2, 3, 4]),
    },
  ],
  {
    reload,
    rejects: [
      refused({ equation: 'abc' }, 'equation: expected an equation such as "ab,bc->ac"'),
      refused({ equation: 'abc,cd->abe' }, '"e" of the output in input or kernel'),
      refused({ equation: '...a,ab->b' }, 'equation: expected an equation'),
      refused({ equation: 'abc,cde->abd' }, '"e" of the kernel in input or output'),
      refused({ outputShape: 0 }, 'outputShape: expected a positive integer, got 0'),
      refused({ biasAxes: 'c' }, 'biasAxes: expected letters of the output "abd", got "c"'),
      refused({ outputShape: [3, 2, 2] }, 'outputShape: expected 2 sizes for "abd"'),
      {
        name: 'a size that is not the one stated',
        run: () =>
          einsumDense({ equation: 'abc,cd->abd', outputShape: [5, 2] }).apply(input({ shape: [3, 4] })),
        code: 'SHAPE_MISMATCH',
        says: ['expected size 5 for "b", as outputShape says, got 3'],
      },
      {
        name: 'a kernel of unknown size',
        run: () => einsumDense({ equation: 'ab,bc->ac', outputShape: 2 }).apply(input({ shape: [null] })),
        code: 'SHAPE_MISMATCH',
        says: ['expected known sizes for its kernel'],
      },
      {
        name: 'an input of too many axes',
        run: () => einsumDense({ equation: 'ab,bc->ac', outputShape: 2 }).apply(input({ shape: [3, 4] })),
        code: 'RANK_MISMATCH',
        says: ['rank 2 for "ab"'],
      },
      {
        name: 'an input of another size than the first',
        run: () => {
          const layer = einsumDense({ equation: 'ab,bc->ac', outputShape: 2 });
          layer.apply(input({ shape: [3] }));
          layer.apply(input({ shape: [4] }));
        },
        code: 'SHAPE_MISMATCH',
        says: ['expected size 3 for "b" of "ab,bc->ac", got 4', 'Its kernel is [3, 2].'],
      },
    ],
  },
);

testLayer(
  reversibleEmbedding,
  [
    {
      name: 'in reverse',
      options: { inputDim: 3, outputDim: 3, embeddingsInitializer: identity() },
      inputs: list([1, 2, 3], 'float32', [1, 3]),
      args: { reverse: true },
      outputs: list([1, 2, 3], 'float32', [1, 3]),
    },
    {
      name: 'forwards, with a mask',
      options: { inputDim: 3, outputDim: 2, tieWeights: false, maskZero: true, logitSoftCap: 2 },
      inputs: list([1, 2, 0, 1], 'int32', [2, 2]),
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'vectors of another size',
        run: () =>
          reversibleEmbedding({ inputDim: 3, outputDim: 2, name: 'r' }).apply(input({ shape: [3] }), {
            reverse: true,
          }),
        code: 'SHAPE_MISMATCH',
        says: ['ReversibleEmbedding "r": in reverse: expected vectors of 2'],
      },
    ],
  },
);

describe('a ReversibleEmbedding', () => {
  it('masks zeros forwards alone, and may go back in a dtype of its own', () => {
    const layer = reversibleEmbedding({ inputDim: 3, outputDim: 2, maskZero: true, reverseDtype: 'float16' });
    const vectors = layer.apply(input({ shape: [4], dtype: 'int32' }));
    const scores = layer.apply(vectors, { reverse: true });
    expect([vectors.mask, vectors.dtype, scores.mask, scores.dtype]).toEqual([
      [null, 4],
      'float32',
      null,
      'float16',
    ]);
  });
});
