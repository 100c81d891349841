// What several passes over data may do to one another at once: nothing, or a coded error.
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { input, type Backend } from '@lamella/core';
import { batch, fromTensors } from '@lamella/datasets';
import { dense, initializers } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { simulatedDevice } from '@lamella/testing';
import type { CompileOptions } from './compile.js';
import { binaryAccuracy, meanAbsoluteError } from './metrics/index.js';
import type { Model } from './model.js';
import { adam, sgd } from './optimizers/index.js';
import { model } from './training.js';

const backends: readonly (readonly [string, () => Backend])[] = [
  ['cpu', cpu],
  ['onnx', onnx],
  ['onnx on wasm', () => onnx({ runtime: 'wasm', smallWork: false })],
  ['a device', simulatedDevice],
];
const column = (...values: number[]): HostTensor =>
  new HostTensor(Float32Array.from(values), [values.length, 1]);
const doubling = () => dense({ units: 1, useBias: false, kernelInitializer: initializers.constant(2) });
const rows = Array.from({ length: 6 }, (_, i) => i);
const x = column(...rows);
const right = column(...rows.map((value) => 2 * value));
const wrong = column(...rows.map((value) => 2 * value + 10));
const one = { batchSize: 1, verbose: 0 } as const;

/** y = 2x, trained by `compile`. */
function net(
  backend: Backend,
  compile: CompileOptions = {},
  layer = doubling(),
): Model<tf.Tensor, tf.Tensor> {
  const inputs = input({ shape: [1] });
  const made = model({ inputs, outputs: layer.apply(inputs), backend, seed: 1 });
  made.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'mse', metrics: ['mae'], ...compile });
  return made;
}

const kernelOf = async (made: Model): Promise<number> => (await made.getWeights())[0]!.data[0]!;

/** Its gradient is the inputs' mean, whatever the weights are. */
const mean = (_: tf.Tensor, predicted: tf.Tensor): tf.Tensor => tf.mean(predicted, -1);

describe.each(backends)('passes at once on %s', (_, made) => {
  it('have metrics of their own: evaluations', async () => {
    const both = net(made());
    const few = { batchSize: 5, verbose: 0 } as const;
    expect(
      await Promise.all([
        both.evaluate(x, right, one),
        both.evaluate(x, wrong, one),
        both.evaluate(x, wrong, few),
        both.evaluate(x, right, { ...one, steps: 3 }),
      ]),
    ).toEqual([0, 100, 100, 0].map((loss) => ({ loss, mae: Math.sqrt(loss) })));
  });

  it('have metrics and steps of their own: training beside evaluation and prediction, and callbacks that do both', async () => {
    const compile = { optimizer: adam({ learningRate: 0.1 }) };
    const alone = await net(made(), { optimizer: adam({ learningRate: 0.1 }) }).fit(x, wrong, {
      ...one,
      epochs: 2,
      validationData: [x, right],
    });
    const both = net(made(), compile);
    const still = net(made());
    const seen: unknown[] = [];
    const [beside, , evaluated, predicted] = await Promise.all([
      both.fit(x, wrong, {
        ...one,
        epochs: 2,
        validationData: [x, right],
        callbacks: [
          {
            async onTrainBatchEnd() {
              await both.evaluate(x, right, { ...one, steps: 2 });
              await both.predict(x, one);
              seen.push(await still.evaluate(x, wrong, one));
            },
          },
        ],
      }),
      both.evaluate(x, wrong, one),
      still.evaluate(x, wrong, one),
      still.predict(x, one),
    ]);
    expect(beside.history).toEqual(alone.history);
    expect(seen).toEqual(Array.from({ length: 12 }, () => ({ loss: 100, mae: 10 })));
    expect(evaluated).toEqual({ loss: 100, mae: 10 });
    expect(predicted.array()).toEqual(right.array());
  });

  it('show each the logs of its own batches', async () => {
    const both = net(made());
    const logsOf = async (y: HostTensor): Promise<number[]> => {
      const losses: number[] = [];
      await both.evaluate(x, y, {
        ...one,
        callbacks: [{ onTestBatchEnd: (_batch, logs) => void losses.push(logs['loss']!) }],
      });
      return losses;
    };
    const [zeros, hundreds] = await Promise.all([logsOf(right), logsOf(wrong)]);
    expect(zeros).toEqual(rows.map(() => 0));
    expect(hundreds).toEqual(rows.map(() => 100));
  });

  it('predict each their own rows', async () => {
    const both = net(made());
    const sizes = [1, 3, 6, 4, 6, 1];
    const predicted = await Promise.all([
      ...sizes.map((batchSize) => both.predict(x, { batchSize })),
      ...rows.map((value) => both.predictOnBatch(column(value))),
    ]);
    expect(predicted.map((values) => [...values.data])).toEqual([
      ...sizes.map(() => [...right.data]),
      ...rows.map((value) => [2 * value]),
    ]);
  });

  it('take weights as they are set, between two steps, whenever that is', async () => {
    const both = net(made());
    await both.fit(x, right, one);
    const training = both.fit(x, right, { ...one, epochs: 6 });
    for (let value = 1; value <= 30; value++) {
      for (let wait = 0; wait < value; wait++) await Promise.resolve();
      both.setWeights([column(value)]);
      expect(await kernelOf(both)).toBe(value);
    }
    await training;
    expect(await kernelOf(both)).toBe(30);
  });

  it('train weights that models share, none of whose steps is lost', async () => {
    const layer = doubling();
    const compile = { optimizer: sgd({ learningRate: 0.5 }), loss: mean, metrics: [] };
    const places = [made(), made(), cpu(), onnx()];
    const models = places.map((backend) =>
      net(backend, { ...compile, optimizer: sgd({ learningRate: 0.5 }) }, layer),
    );
    const ones = column(...rows.map(() => 1));
    await Promise.all([
      ...models.map((each) => each.fit(ones, ones, { ...one, epochs: 2 })),
      models[1]!.predict(ones, one),
      models[2]!.evaluate(ones, ones, one),
    ]);
    expect(await kernelOf(models[0]!)).toBe(2 - (4 * 12) / 2);
  });

  it('may use one metric in two models', async () => {
    const metrics = [meanAbsoluteError({ name: 'shared' })];
    const [first, second] = [net(made(), { metrics }), net(made(), { metrics })];
    const all = await Promise.all([first.evaluate(x, right, one), second.evaluate(x, wrong, one)]);
    expect(all.map((logs) => logs['shared'])).toEqual([0, 10]);
  });
});

describe('while a model goes over data', () => {
  it.each<[string, (busy: Model) => unknown]>([
    ['fit()', (busy) => busy.fit(x, right, one)],
    ['compile()', (busy) => busy.compile({ loss: 'mae' })],
    ['moveTo()', (busy) => busy.moveTo(onnx())],
  ])('refuses %s, which would change its steps', async (name, act) => {
    const busy = net(cpu());
    const called = async (): Promise<void> => void (await act(busy));
    const message = `[MODEL_BUSY] Model "${busy.name}": ${name} was called while `;
    await busy.fit(x, right, {
      ...one,
      callbacks: [{ onEpochEnd: () => expect(called()).rejects.toThrow(message) }],
    });
    if (name !== 'fit()') {
      const [refused] = await Promise.allSettled([
        busy.evaluate(x, right, one).then(() => 'whole'),
        called(),
      ]);
      expect(refused).toEqual({ status: 'fulfilled', value: 'whole' });
    }
    await called();
    expect((await busy.evaluate(x, right, one))['loss']).toBe(0);
  });

  it('frees its steps in the midst of it', async () => {
    const freed = net(cpu());
    const callbacks = [{ onTrainBatchEnd: () => freed.dispose(), onTestBatchBegin: () => freed.dispose() }];
    expect((await freed.fit(x, wrong, { ...one, callbacks })).history['loss']).toEqual([100]);
    expect(await freed.evaluate(x, wrong, { ...one, callbacks })).toEqual({ loss: 100, mae: 10 });
  });

  it('shares a dataset with other passes, and refuses a stream that another pass goes through', async () => {
    const both = net(cpu());
    const data = fromTensors({ x, y: wrong });
    async function* stream(): AsyncGenerator<{ x: HostTensor; y: HostTensor }> {
      yield* batch(data, 1);
    }
    const restarting = batch(data, 1);
    const hundred = { loss: 100, mae: 10 };
    expect(
      await Promise.all([both.evaluate(data, one), both.evaluate(restarting), both.evaluate(restarting)]),
    ).toEqual([hundred, hundred, hundred]);
    const once = stream();
    const [first, second] = await Promise.allSettled([both.evaluate(once), both.predict(once)]);
    expect(first).toEqual({ status: 'fulfilled', value: hundred });
    expect(second).toMatchObject({ reason: { code: 'DATA_INVALID' } });
    const other = stream();
    await expect(both.fit(other, { ...one, stepsPerEpoch: 2, validationData: other })).rejects.toThrow(
      '[DATA_INVALID]',
    );
  });

  it('refuses an optimizer that was built for the weights of another model', async () => {
    const optimizer = adam();
    const [first, second] = [net(cpu(), { optimizer }), net(cpu(), { optimizer })];
    await first.fit(x, right, one);
    await expect(second.fit(x, right, one)).rejects.toThrow(/^\[OPTION_INVALID\] Adam "adam/);
  });

  it('has one metric in two of its outputs refused', () => {
    const metric = binaryAccuracy();
    const inputs = input({ shape: [1] });
    const two = model({
      inputs,
      outputs: [doubling().apply(inputs), doubling().apply(inputs)],
      backend: cpu(),
    });
    expect(() => two.compile({ loss: 'mse', metrics: [[metric], [metric]] })).toThrow('[OPTION_INVALID]');
  });
});
