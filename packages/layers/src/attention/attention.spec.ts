import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { input } from '@lamella/core';
import { callLayer, floats, list, testLayer } from '@lamella/testing';
import { embedding } from '../core/embedding.js';
import { reload, testAgainstKeras } from '../golden-cases.spec.js';
import { additiveAttention, AdditiveAttention } from './additive-attention.js';
import { attention, Attention } from './attention.js';
import { groupQueryAttention, GroupQueryAttention } from './group-query-attention.js';
import { multiHeadAttention, MultiHeadAttention } from './multi-head-attention.js';

for (const layerClass of [Attention, AdditiveAttention, MultiHeadAttention, GroupQueryAttention])
  testAgainstKeras(layerClass);

const twoTensors = [input({ shape: [3, 4] }), input({ shape: [5, 4] })] as const;
const [query, value] = twoTensors;

testLayer(
  attention,
  [
    {
      // The first query is far nearer to the second key, the second one sees both alike.
      name: 'of two queries',
      options: {},
      inputs: [list([0, 50, 0, 0], 'float32', [1, 2, 2]), list([2, 0, 0, 2], 'float32', [1, 2, 2])],
      outputs: list([0, 2, 1, 1], 'float32', [1, 2, 2]),
    },
    {
      name: 'with scores, masks and dropout',
      options: { dropout: 0.4, seed: 2, useScale: true, activityRegularizer: 'l2' },
      inputs: [floats([2, 3, 4]), floats([2, 3, 4], -1, 1.5)],
      args: { useCausalMask: true, returnAttentionScores: true },
      masks: [list([1, 1, 0, 1, 1, 1], 'bool', [2, 3]), list([1, 0, 1, 1, 1, 0], 'bool', [2, 3])],
      inTraining: 'differs',
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'one tensor',
        run: () => attention({ name: 'a' }).apply(query as never),
        code: 'INPUT_INVALID',
        says: ['Attention "a": expected a list of query, value and perhaps key, got one tensor'],
      },
      {
        name: 'a list of one',
        run: () => attention().apply([query]),
        code: 'INPUT_INVALID',
        says: ['got a list of 1'],
      },
      {
        name: 'vectors',
        run: () => attention().apply([query, input({ shape: [4] })]),
        code: 'RANK_MISMATCH',
        says: ['rank 3 or more'],
      },
      {
        name: 'a key of another size',
        run: () => attention().apply([query, value, input({ shape: [5, 3] })]),
        code: 'SHAPE_MISMATCH',
        says: ['query [null, 3, 4], value [null, 5, 4], key [null, 5, 3]'],
      },
      {
        name: 'a mask that does not fit',
        run: () => attention().apply([query, value], { mask: [null, input({ shape: [3], dtype: 'bool' })] }),
        code: 'SHAPE_MISMATCH',
        says: ['expected a mask of the value of shape [', 'a mask'],
      },
      {
        name: 'another mode',
        run: () => attention({ scoreMode: 'sum' as 'dot' }),
        code: 'OPTION_INVALID',
        says: ['scoreMode: expected one of "dot", "concat", got "sum"'],
      },
    ],
  },
);

testLayer(
  additiveAttention,
  [
    {
      name: 'with dropout',
      options: { dropout: 0.4 },
      inputs: [floats([2, 3, 4]), floats([2, 2, 4], -1, 1.5)],
      inTraining: 'differs',
    },
  ],
  { reload },
);

testLayer(
  multiHeadAttention,
  [
    {
      name: 'with a mask, a gate and dropout',
      options: {
        numHeads: 2,
        keyDim: 3,
        valueDim: 2,
        outputShape: 5,
        useGate: true,
        dropout: 0.4,
        kernelInitializer: 'he_normal',
      },
      inputs: floats([2, 3, 4]),
      args: {
        value: floats([2, 5, 4], -1, 1.5),
        attentionMask: list([...'110110111011100110011101110111'].map(Number), 'bool', [2, 3, 5]),
        returnAttentionScores: true,
      },
      masks: [list([1, 1, 0, 1, 1, 1], 'bool', [2, 3])],
      inTraining: 'differs',
    },
    {
      name: 'along two axes',
      options: { numHeads: 2, keyDim: 3, attentionAxes: [1, 2], useBias: false },
      inputs: floats([2, 3, 2, 4]),
      args: { value: floats([2, 2, 2, 4], -1, 1.5) },
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'no value',
        run: () => multiHeadAttention({ numHeads: 1, keyDim: 2, name: 'm' }).apply(query),
        code: 'INPUT_INVALID',
        says: ['MultiHeadAttention "m": expected an argument "value", got none', '.apply(query, { value })'],
      },
      {
        name: 'a key that is shorter than the value',
        run: () => multiHeadAttention({ numHeads: 1, keyDim: 2 }).apply(query, { value, key: query }),
        code: 'SHAPE_MISMATCH',
        says: ['query [null, 3, 4], value [null, 5, 4], key [null, 3, 4]'],
      },
      {
        name: 'vectors',
        run: () => {
          const x = input({ shape: [4] });
          multiHeadAttention({ numHeads: 1, keyDim: 2 }).apply(x, { value: x });
        },
        code: 'RANK_MISMATCH',
        says: ['rank 3'],
      },
      {
        name: 'features of unknown number',
        run: () =>
          multiHeadAttention({ numHeads: 1, keyDim: 2 }).apply(query, { value: input({ shape: [5, null] }) }),
        code: 'SHAPE_MISMATCH',
        says: ['expected a known last dimension'],
      },
      {
        name: 'the batch as an axis',
        run: () => multiHeadAttention({ numHeads: 1, keyDim: 2, attentionAxes: 0 }).apply(query, { value }),
        code: 'OPTION_INVALID',
        says: ['attentionAxes: expected different axes, neither batch nor features, got [0]'],
      },
      {
        name: 'a mask of too many axes',
        run: () =>
          multiHeadAttention({ numHeads: 1, keyDim: 2 }).apply(query, {
            value,
            attentionMask: input({ shape: [4, 5] }),
          }),
        code: 'SHAPE_MISMATCH',
        says: ['expected a mask that broadcasts to the scores'],
      },
      {
        name: 'no heads',
        run: () => multiHeadAttention({ numHeads: 0, keyDim: 2 }),
        code: 'OPTION_INVALID',
        says: ['numHeads'],
      },
    ],
  },
);

testLayer(
  groupQueryAttention,
  [
    {
      name: 'with dropout',
      options: {
        headDim: 3,
        numQueryHeads: 4,
        numKeyValueHeads: 2,
        dropout: 0.4,
        slidingWindow: 2,
        useGate: true,
      },
      inputs: floats([2, 3, 4]),
      args: { value: floats([2, 3, 4], -1, 1.5), useCausalMask: true },
      inTraining: 'differs',
    },
  ],
  {
    reload,
    rejects: [
      {
        name: 'groups of different size',
        run: () => groupQueryAttention({ headDim: 1, numQueryHeads: 4, numKeyValueHeads: 3, name: 'g' }),
        code: 'OPTION_INVALID',
        says: ['GroupQueryAttention "g": numKeyValueHeads: expected a divisor of numQueryHeads (4), got 3'],
      },
      {
        name: 'maps',
        run: () => {
          const x = input({ shape: [2, 3, 4] });
          groupQueryAttention({ headDim: 1, numQueryHeads: 2, numKeyValueHeads: 1 }).apply(x, { value: x });
        },
        code: 'RANK_MISMATCH',
        says: ['rank 3'],
      },
    ],
  },
);

describe('attention with heads', () => {
  const heads = () => multiHeadAttention({ numHeads: 2, keyDim: 3 });

  it('takes the masks that come along, and passes that of the query on', async () => {
    const words = embedding({ inputDim: 5, outputDim: 4, maskZero: true });
    const [x, y] = [
      words.apply(input({ shape: [3], dtype: 'int32' })),
      words.apply(input({ shape: [5], dtype: 'int32' })),
    ];
    expect(heads().apply(x, { value: y }).mask).toEqual([null, 3]);
    const [output, scores] = heads().apply(x, { value: y, returnAttentionScores: true });
    expect([output.mask, scores.mask, scores.shape]).toEqual([[null, 3], null, [null, 2, 3, 5]]);
  });

  it('heeds a mask of the query that is given by name, which Keras overlooks', async () => {
    const call = {
      inputs: floats([1, 2, 4]),
      args: { value: floats([1, 2, 4]), queryMask: list([1, 0], 'bool', [1, 2]) },
    };
    const layer = heads();
    const { outputs } = await callLayer(
      layer,
      { ...call, args: { ...call.args, returnAttentionScores: true } },
      cpu(),
    );
    expect([...outputs[1]!.data].slice(2, 4)).toEqual([0, 0]);
  });

  it('is built anew after a build that failed', () => {
    const layer = heads();
    expect(() => layer.apply(query, { value: input({ shape: [5, null] }) })).toThrow('[SHAPE_MISMATCH]');
    expect(layer.apply(query, { value }).shape).toEqual([null, 3, 4]);
    expect(layer.weights.map(({ name }) => name.replace(/^multi_head_attention(_\d+)?/, ''))).toEqual(
      ['query', 'key', 'value', 'attention_output'].flatMap((name) => [`/${name}/kernel`, `/${name}/bias`]),
    );
  });
});
