import { describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { input, type BatchStream, type Dataset, type Example } from '@lamella/core';
import { concatenate, dense, rescaling } from '@lamella/layers';
import { flatten, HostTensor } from '@lamella/program';
import { type Model } from '../model.js';
import { sgd } from '../optimizers/index.js';
import type { TrainingData } from './adapt-data.js';
import { model } from '../training.js';

const float = (data: readonly number[], shape: readonly number[]): HostTensor =>
  new HostTensor(Float32Array.from(data), shape);

/** y = w x + b from zero weights, with a step whose result is easy to tell. */
function line(features = 2): Model<tf.Tensor, tf.Tensor> {
  const x = input({ shape: [features], name: 'x' });
  const outputs = dense({ units: 1, kernelInitializer: 'zeros', name: 'y' }).apply(x);
  const net = model({ inputs: x, outputs, backend: cpu(), name: 'line' });
  net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mse' });
  return net;
}

const rows = [
  [1, 2],
  [3, 4],
  [5, 6],
];
const targets = [[1], [2], [3]];
const flat = rows.flat();

/** The weights after one epoch on `x` and `y`. */
async function trained(x: TrainingData, y?: never): Promise<number[]> {
  const net = line();
  if (y === undefined) await net.fit(x as Dataset, { batchSize: 2, shuffle: false, verbose: 0 });
  else await net.fit(x as never, y, { batchSize: 2, shuffle: false, verbose: 0 });
  return (await net.getWeights()).flatMap(({ data }) => [...data]);
}

const example = (i: number): Example => ({ x: float(rows[i]!, [2]), y: float(targets[i]!, [1]) });
const batches: readonly Example[] = [
  { x: float(flat.slice(0, 4), [2, 2]), y: float([1, 2], [2, 1]) },
  { x: float(flat.slice(4), [1, 2]), y: float([3], [1, 1]) },
];

async function* generator(): AsyncGenerator<Example> {
  for (const batch of batches) yield Promise.resolve(batch);
}

describe('data', () => {
  const forms: readonly (readonly [string, () => TrainingData, (() => unknown)?])[] = [
    ['nested arrays', () => rows, () => targets],
    ['targets in a flat list', () => rows, () => targets.flat()],
    ['rows that are typed arrays', () => rows.map((row) => Float32Array.from(row)), () => targets],
    ['typed arrays with a shape', () => ({ data: Float32Array.from(flat), shape: [3, 2] }), () => targets],
    ['host tensors', () => float(flat, [3, 2]), () => float([1, 2, 3], [3, 1])],
    ['doubles', () => ({ data: Float64Array.from(flat), shape: [3, 2] }), () => Float64Array.of(1, 2, 3)],
    ['bytes', () => new HostTensor(Uint8Array.from(flat), [3, 2], 'uint8'), () => Uint8Array.of(1, 2, 3)],
    ['integers', () => new HostTensor(Int32Array.from(flat), [3, 2], 'int32'), () => Int32Array.of(1, 2, 3)],
    ['lists of one tensor', () => [float(flat, [3, 2])], () => [targets].map(() => float([1, 2, 3], [3, 1]))],
    ['records by name', () => ({ x: rows }), () => ({ y: targets })],
    ['a dataset', (): Dataset => ({ length: 3, get: example })],
    ['a dataset that takes its time', (): Dataset => ({ length: 3, get: async (i) => example(i) })],
    ['a list-like stream of batches', (): BatchStream => new Set(batches)],
    ['an asynchronous generator', (): BatchStream => generator()],
    ['a stream', (): BatchStream => ({ [Symbol.asyncIterator]: generator })],
  ];

  it.each(forms.map(([name, x, y]) => ({ name, x, y })))('may be $name', async ({ x, y }) => {
    expect(await trained(x(), y?.() as never)).toEqual(await trained(rows, targets as never));
  });

  it('may be tfjs tensors, which stay the caller’s', async () => {
    // The first step loads tfjs' cpu backend, which the tensors need.
    await trained(rows, targets as never);
    await tf.setBackend('cpu');
    const before = tf.memory().numTensors;
    const x = float(flat, [3, 2]).tensor();
    const y = tf.tensor2d([1, 2, 3], [3, 1]);
    expect(await trained(x, y as never)).toEqual(await trained(rows, targets as never));
    expect(tf.memory().numTensors).toBe(before + 2);
    tf.dispose([x, y]);
  });

  it('in bytes reaches a model of floats as floats, and stays in bytes', async () => {
    const x = input({ shape: [2], dtype: 'uint8' });
    const net = model({ inputs: x, outputs: rescaling({ scale: 1 / 255 }).apply(x), backend: cpu() });
    const bytes = new HostTensor(Uint8Array.of(0, 255, 51, 102), [2, 2], 'uint8');
    expect((await net.predict(bytes)).array()).toEqual([
      [0, 1],
      [expect.closeTo(0.2), expect.closeTo(0.4)],
    ]);
  });

  it('for several inputs and outputs goes by position or by name', async () => {
    const build = (): Model => {
      const a = input({ shape: [1], name: 'a' });
      const b = input({ shape: [1], name: 'b' });
      const both = concatenate().apply([a, b]);
      const [sum, difference] = ['sum', 'difference'].map((name) =>
        dense({ units: 1, kernelInitializer: 'ones', name }).apply(both),
      );
      const net = model({ inputs: [a, b], outputs: [sum!, difference!], backend: cpu() });
      net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: { sum: 'mse', difference: 'mae' } });
      return net;
    };
    const results = await Promise.all(
      [
        [
          [
            [1, 2],
            [3, 4],
          ],
          [
            [1, 1],
            [0, 0],
          ],
        ],
        [
          { b: [3, 4], a: [1, 2] },
          { difference: [0, 0], sum: [1, 1] },
        ],
      ].map(async ([x, y]) => {
        const net = build();
        const inputs = Array.isArray(x) ? x.map((list) => float(list as number[], [2, 1])) : x;
        const outputs = Array.isArray(y) ? y.map((list) => float(list as number[], [2, 1])) : y;
        await net.fit(inputs as never, outputs as never, { verbose: 0, sampleWeight: [1, 0.5] });
        return (await net.getWeights()).map(({ data }) => [...data]);
      }),
    );
    expect(results[0]).toEqual(results[1]);
    const all = flatten(await build().predict({ a: [1], b: [2] }));
    expect(all.map((tensor) => tensor.array())).toEqual([[[3]], [[3]]]);
  });

  it('without an end serves epochs of given length', async () => {
    async function* endless(): AsyncGenerator<Example> {
      for (;;) yield batches[0]!;
    }
    let steps = 0;
    const net = line();
    await net.fit(endless(), {
      epochs: 3,
      stepsPerEpoch: 2,
      validationData: endless(),
      validationSteps: 1,
      verbose: 0,
      callbacks: [{ onTrainBatchEnd: () => void steps++ }],
    });
    expect(steps).toBe(6);
    expect(net.requireCompiled().optimizer.iterations.current).toBe(6);
  });

  it('of a stream is closed when training ends, also early', async () => {
    let closed = 0;
    async function* watched(): AsyncGenerator<Example> {
      try {
        for (;;) yield batches[0]!;
      } finally {
        closed++;
      }
    }
    const stream = { [Symbol.asyncIterator]: watched };
    await line().fit(stream, { stepsPerEpoch: 1, verbose: 0 });
    expect(closed).toBe(1);
    const fail = (): never => {
      throw new Error('mine');
    };
    await expect(
      line().fit(stream, { stepsPerEpoch: 3, verbose: 0, callbacks: [{ onTrainBatchEnd: fail }] }),
    ).rejects.toThrow('mine');
    expect(closed).toBe(2);
    await line().evaluate(stream, { steps: 2 });
    expect(closed).toBe(3);
  });

  it('for validation starts anew each time, also where only some steps of it are used', async () => {
    const seen: number[] = [];
    const validationData: Dataset = {
      length: 3,
      get(i) {
        seen.push(i);
        return example(i);
      },
    };
    await line().fit(rows, targets, {
      epochs: 2,
      validationData,
      validationSteps: 1,
      validationBatchSize: 2,
      verbose: 0,
    });
    expect(seen).toEqual([0, 1, 0, 1]);
  });

  it('that ends before the steps asked for starts again, with a warning', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const steps: number[] = [];
    await line().fit(new Set(batches), {
      epochs: 2,
      stepsPerEpoch: 3,
      verbose: 0,
      callbacks: [{ onTrainBatchEnd: (batch) => void steps.push(batch) }],
    });
    expect(steps).toEqual([0, 1, 0, 1]);
    expect(warn.mock.calls[0]![0]).toContain(
      '[DATA_SHORT] Model "line": the data ended after 2 of the 3 steps',
    );
    warn.mockRestore();
  });

  it('shuffles at each epoch, and not where told so', async () => {
    const order = async (shuffle: boolean): Promise<number[][]> => {
      const epochs: number[][] = [];
      const dataset: Dataset = {
        length: 8,
        get(i) {
          epochs[epochs.length - 1]!.push(i);
          return { x: float([i, 0], [2]), y: float([0], [1]) };
        },
      };
      await line().fit(dataset, {
        epochs: 2,
        shuffle,
        verbose: 0,
        callbacks: [{ onEpochBegin: () => void epochs.push([]) }],
      });
      return epochs;
    };
    const straight = [0, 1, 2, 3, 4, 5, 6, 7];
    expect(await order(false)).toEqual([straight, straight]);
    const [first, second] = await order(true);
    expect(first).not.toEqual(straight);
    expect(second).not.toEqual(first);
    expect([...first!].sort()).toEqual(straight);
    expect([...second!].sort()).toEqual(straight);
  });

  it('with class weights weighs whole numbers and one-hot rows alike, missing classes by 1', async () => {
    const net = (): Model => {
      const x = input({ shape: [1] });
      const outputs = dense({ units: 3, activation: 'softmax', kernelInitializer: 'zeros' }).apply(x);
      return model({ inputs: x, outputs, backend: cpu() });
    };
    const run = async (loss: string, y: unknown, options: object): Promise<number> => {
      const one = net();
      one.compile({ loss });
      return (await one.evaluate([[1], [1]], y as never, options))['loss']!;
    };
    const weights = { classWeight: { 1: 4 } };
    const oneHot = [
      [0, 1, 0],
      [1, 0, 0],
    ];
    const expected = (Math.log(3) * 5) / 2;
    expect(await run('sparse_categorical_crossentropy', [1, 0], weights)).toBeCloseTo(expected, 5);
    expect(await run('categorical_crossentropy', oneHot, { classWeight: new Map([[1, 4]]) })).toBeCloseTo(
      expected,
      5,
    );
    expect(await run('crossentropy', [1, 0], weights)).toBeCloseTo(expected, 5);
  });

  it('of a dataset or a stream is a column where the input has one value a sample, as arrays are', async () => {
    const scalar = (value: number): HostTensor => new HostTensor(Float32Array.of(value), []);
    const dataset = { length: 4, get: (i: number) => ({ x: scalar(i), y: scalar(2 * i) }) };
    const row = new HostTensor(Float32Array.of(0, 1, 2, 3), [4]);
    const stream = new Set([{ x: row, y: new HostTensor(Float32Array.of(0, 2, 4, 6), [4]) }]);
    const losses = await Promise.all(
      [dataset, stream].map(async (data) => {
        const { history } = await line(1).fit(data, { batchSize: 4, shuffle: false, verbose: 0 });
        return history['loss'];
      }),
    );
    expect(losses[0]).toEqual(losses[1]);
  });

  it('is predicted in batches, the last one partial, in order', async () => {
    const net = line();
    net.setWeights([float([1, 10], [2, 1]), float([0.5], [1])]);
    const expected = [[21.5], [43.5], [65.5]];
    expect((await net.predict(rows, { batchSize: 2 })).array()).toEqual(expected);
    expect((await net.predict(new Set(batches))).array()).toEqual(expected);
    expect((await net.predict({ length: 3, get: example }, { batchSize: 2 })).array()).toEqual(expected);
    expect((await net.predict(rows, { batchSize: 1, steps: 2 })).array()).toEqual(expected.slice(0, 2));
    expect((await net.predictOnBatch(float(flat, [3, 2]))).array()).toEqual(expected);
  });
});
