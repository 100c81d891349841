// Models whose inputs and outputs are records and nested lists: data, targets, weights, losses, metrics and results.
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { input, type SymbolicTree } from '@lamella/core';
import { add, dense, initializers } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import type { CompileOptions } from './compile.js';
import type { Tensors } from './data/adapt-data.js';
import type { Model } from './model.js';
import { sgd } from './optimizers/index.js';
import { model } from './training.js';

const { constant } = initializers;
const column = (...values: number[]): HostTensor =>
  new HostTensor(Float32Array.from(values), [values.length, 1]);
const plain = { useBias: false } as const;

/** `{ cls: 2 (a + b), reg: [3 (a + b)] }` of `{ a, b }`. */
function detector() {
  const ends = { b: input({ shape: [1], name: 'in_b' }), a: input({ shape: [1], name: 'in_a' }) };
  const sum = add().apply([ends.a, ends.b]);
  const cls = dense({ units: 1, name: 'zeta', kernelInitializer: constant(2), ...plain }).apply(sum);
  const reg = dense({ units: 1, name: 'alpha', kernelInitializer: constant(3), ...plain }).apply(sum);
  return model({ inputs: ends, outputs: { cls, reg: [reg] }, backend: cpu() });
}

/** Two dense layers with all-zero kernels on one input, their outputs nested as `nest` says. */
function twoHeads(nest: (zeta: SymbolicTree, alpha: SymbolicTree) => SymbolicTree): Model {
  const x = input({ shape: [3], name: 'x' });
  const head = (name: string): SymbolicTree => dense({ units: 1, kernelInitializer: 'zeros', name }).apply(x);
  return model({ inputs: x, outputs: nest(head('zeta'), head('alpha')), backend: cpu() }) as Model;
}

const rows = [
  [1, 1, 1],
  [1, 1, 1],
];

describe('a model of records', () => {
  it('predicts what it gives, nested and typed alike', async () => {
    const { cls, reg } = await detector().predict({ a: column(1, 2), b: column(10, 20) });
    expect(cls.array()).toEqual([[22], [44]]);
    expect(reg[0].array()).toEqual([[33], [66]]);
    const called = await detector().predictOnBatch({ a: column(1), b: column(10) });
    expect([called.cls.array(), called.reg[0].array()]).toEqual([[[22]], [[33]]]);
  });

  it('takes data in its structure, by position, or by the names of its inputs', async () => {
    for (const data of [
      { b: [10], a: [1] },
      [[[1]], [[10]]].map(([row]) => column(row![0]!)),
      { in_a: [1], in_b: [10] },
    ])
      expect((await detector().predict(data as Tensors)).cls.array()).toEqual([[22]]);
  });

  it.each<[string, unknown, string]>([
    ['a key that is missing', { a: [1] }, '"b" is missing'],
    ['a key too many', { a: [1], b: [1], c: [1] }, '"c" is not expected'],
    ['one tensor', column(1), 'got one tensor'],
  ])('names %s', async (_, data, says) => {
    await expect(detector().predict(data as never)).rejects.toThrow(says);
    await expect(detector().predict(data as never)).rejects.toThrow('[DATA_INVALID]');
  });

  it('is trained on targets and weights nested like its outputs, or by their names', async () => {
    const train = async (y: unknown, options: object): Promise<unknown> => {
      const net = detector();
      net.compile({ optimizer: sgd({ learningRate: 0.01 }), loss: { cls: 'mse', reg: ['mae'] } });
      await net.fit({ a: [1, 2], b: [3, 4] }, y as never, { verbose: 0, shuffle: false, ...options });
      return (await net.getWeights()).map(({ data }) => [...data]);
    };
    const first = await train(
      { cls: [1, 2], reg: [[3, 4]] },
      { sampleWeight: { cls: [1, 2], reg: [[1, 1]] } },
    );
    const named = { 'reg/alpha': [3, 4], cls: [1, 2] };
    expect(
      await train(named, {
        sampleWeight: [
          [1, 2],
          [1, 1],
        ].map((w) => new HostTensor(Float32Array.from(w), [2])),
      }),
    ).toEqual(first);
    expect(
      await train({ zeta: [1, 2], alpha: [3, 4] }, { sampleWeight: { zeta: [1, 2], alpha: [1, 1] } }),
    ).toEqual(first);
  });
});

describe('the logs of a model with several outputs', () => {
  const namesOf = async (net: Model, y: unknown, options: CompileOptions): Promise<string[]> => {
    net.compile({ optimizer: 'sgd', ...options });
    return Object.keys(await net.evaluate(rows, y as never)).sort();
  };
  const ones = [[1], [1]];

  // The names that Keras 3.15 gives to the same models.
  it('are named by the keys of a record', async () => {
    const net = twoHeads((zeta, alpha) => ({ z_key: zeta, a_key: alpha }));
    expect(
      await namesOf(
        net,
        { z_key: ones, a_key: ones },
        { loss: { z_key: 'mse', a_key: 'mae' }, metrics: { z_key: ['mae'], a_key: ['mse'] } },
      ),
    ).toEqual(['a_key_loss', 'a_key_mse', 'loss', 'z_key_loss', 'z_key_mae']);
  });

  it('are named by the layers of a list, never twice', async () => {
    const net = twoHeads((zeta, alpha) => [zeta, alpha]);
    expect(
      await namesOf(net, [column(1, 1), column(1, 1)], {
        loss: { zeta: 'mse', alpha: 'mae' },
        metrics: { zeta: ['mae', 'mae'], alpha: ['mse'] },
        weightedMetrics: { zeta: ['mae'] },
      }),
    ).toEqual([
      'alpha_loss',
      'alpha_mse',
      'loss',
      'zeta_loss',
      'zeta_mae',
      'zeta_mae_1',
      'zeta_weighted_mae',
    ]);
  });

  it('are named by keys and layers where lists stand in records', async () => {
    const net = twoHeads((zeta, alpha) => ({ z_key: zeta, b: [alpha, zeta] }));
    const y = { z_key: ones, b: [column(1, 1), column(1, 1)] };
    expect(await namesOf(net, y, { loss: { z_key: 'mse', b: ['mae', 'mse'] } })).toEqual([
      'b/alpha_loss',
      'b/zeta_loss',
      'loss',
      'z_key_loss',
    ]);
  });

  it('count each loss by its weight, told in the same forms', async () => {
    const evaluate = async (options: CompileOptions): Promise<number> => {
      const net = twoHeads((zeta, alpha) => ({ zeta, alpha }));
      net.compile({ optimizer: 'sgd', ...options });
      return (await net.evaluate(rows, { zeta: ones, alpha: [[3], [3]] }))['loss']!;
    };
    // Everything is predicted 0: the losses are 1 and 3.
    expect(await evaluate({ loss: { zeta: 'mse', alpha: 'mae' } })).toBe(4);
    expect(await evaluate({ loss: ['mae', 'mse'], lossWeights: { zeta: 10, alpha: 100 } })).toBe(310);
    expect(await evaluate({ loss: 'mae', lossWeights: [2, 1] })).toBe(7);
    expect(await evaluate({ loss: { alpha: 'mae' } })).toBe(3);
  });

  it.each<[string, CompileOptions, string]>([
    [
      'a loss',
      { loss: { zeta: 'mse', omega: 'mae' } },
      'loss: expected the names of outputs (alpha, zeta), got "omega"',
    ],
    ['metrics', { loss: 'mse', metrics: { omega: ['mae'] } }, 'metrics: expected the names of outputs'],
    [
      'a list of losses',
      { loss: ['mse', 'mse', 'mse'] },
      'loss: expected one for each of the 2 outputs, got 3',
    ],
  ])('refuse %s for outputs that are not there', (_, options, says) => {
    const net = twoHeads((zeta, alpha) => ({ zeta, alpha }));
    expect(() => net.compile({ optimizer: 'sgd', ...options })).toThrow(says);
  });
});
