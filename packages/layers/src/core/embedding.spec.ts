import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { callContext, input } from '@lamella/core';
import { callLayer, integers, list, testLayer } from '@lamella/testing';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { identity } from '../initializers/index.js';
import { embedding, Embedding } from './embedding.js';

testAgainstKeras(Embedding);

testLayer(
  embedding,
  [
    {
      name: 'of an identity',
      options: { inputDim: 3, outputDim: 3, embeddingsInitializer: identity() },
      inputs: list([2, 0], 'int32', [1, 2]),
      outputs: list([0, 0, 1, 1, 0, 0], 'float32', [1, 2, 3]),
    },
    {
      name: 'with a mask',
      options: { inputDim: 4, outputDim: 2, maskZero: true },
      inputs: integers([2, 3], 4),
    },
    {
      name: 'with all options',
      options: {
        inputDim: 4,
        outputDim: 2,
        embeddingsRegularizer: 'l2',
        activityRegularizer: 'l1',
        embeddingsConstraint: 'unit_norm',
      },
      inputs: integers([2, 2, 2], 4),
    },
    { name: 'of bytes', options: { inputDim: 256, outputDim: 2 }, inputs: list([0, 255], 'uint8', [1, 2]) },
  ],
  {
    reload,
    rejects: [
      {
        name: 'no input dimension',
        run: () => embedding({ outputDim: 2, name: 'e' } as never),
        code: 'OPTION_INVALID',
        says: ['Embedding "e": inputDim: expected a positive integer, got undefined'],
      },
      {
        name: 'an output dimension of 0',
        run: () => embedding({ inputDim: 2, outputDim: 0 }),
        code: 'OPTION_INVALID',
        says: ['outputDim'],
      },
      {
        name: 'a list of tensors',
        run: () => embedding({ inputDim: 2, outputDim: 2 }).apply([input({ shape: [2] })]),
        code: 'INPUT_INVALID',
        says: ['expected one tensor, got a list of 1'],
      },
      {
        name: 'to compute before it was built',
        run: () => embedding({ inputDim: 2, outputDim: 2, name: 'e' }).call([], callContext()),
        code: 'LAYER_NOT_BUILT',
        says: ['Embedding "e"'],
      },
    ],
  },
);

describe('Embedding', () => {
  it('masks zeros where it is told to, and layers pass the mask on', async () => {
    const layer = embedding({ inputDim: 3, outputDim: 2, maskZero: true });
    const call = { inputs: list([0, 2, 1, 0], 'int32', [2, 2]) } as const;
    const { masks } = await callLayer(layer, call, cpu());
    expect([...masks[0]!.data]).toEqual([0, 1, 1, 0]);
  });
});
