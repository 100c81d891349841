import { afterEach, describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { clearNames, compose, getWeightValues, input, setRandomSeed, type Backend } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import * as layers from '@lamella/layers';
import { HostTensor, random } from '@lamella/program';
import type { FitOptions } from './fit.js';
import type { Functional } from './functional.js';
import type { Model } from './model.js';
import { adam, sgd } from './optimizers/index.js';
import { exponentialDecay } from './optimizers/schedules/index.js';
import { Sequential } from './sequential.js';
import { model, training } from './training.js';

const { dense } = layers;
const x = HostTensor.zeros([20, 4]);
x.data.set(Array.from({ length: 80 }, (_, i) => Math.sin(i)));
const y = HostTensor.zeros([20, 2]);
y.data.set(Array.from({ length: 40 }, (_, i) => Math.cos(i)));

const backends = [cpu(), onnx()].map((backend) => ({ backend }));
const valuesOf = async (model: Model): Promise<number[]> =>
  (await model.getWeights()).flatMap(({ data }) => [...data]);

/** A network with everything that is random: first weights, dropout, noise, shuffling. */
function noisy(backend: Backend, seed: number): Model<tf.Tensor, tf.Tensor> {
  clearNames();
  setRandomSeed(seed);
  const pixels = input({ shape: [4] });
  let h = dense({ units: 8, activation: 'relu' }).apply(pixels);
  h = layers.dropout({ rate: 0.5 }).apply(h);
  h = layers.batchNormalization().apply(h);
  h = layers.gaussianNoise({ stddev: 0.1 }).apply(h);
  const net = model({ inputs: pixels, outputs: dense({ units: 2 }).apply(h), backend });
  net.compile({ optimizer: adam({ learningRate: 0.01 }), loss: 'mse', metrics: ['mae'] });
  return net;
}

async function run(backend: Backend, seed: number, options: FitOptions = {}): Promise<unknown> {
  const net = noisy(backend, seed);
  const { history } = await net.fit(x, y, { epochs: 3, batchSize: 6, verbose: 0, ...options });
  return { history, weights: await valuesOf(net), predicted: [...(await net.predict(x)).data] };
}

afterEach(() => {
  jest.restoreAllMocks();
});

describe('a training flag that a call in the graph fixes', () => {
  /** Batch normalization that always uses the batch's statistics, inside a model of its own or not. */
  function normalizing(backend: Backend, isNested: boolean): Functional<tf.Tensor, tf.Tensor> {
    const [outer, inner] = [input({ shape: [1] }), input({ shape: [1] })];
    const normalized = (values: typeof outer) =>
      layers.batchNormalization({ name: 'norm' }).apply(values, { training: true });
    const outputs = isNested
      ? model({ inputs: inner, outputs: normalized(inner), backend }).apply(outer)
      : normalized(outer);
    const net = model({ inputs: outer, outputs, backend });
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    return net as Functional<tf.Tensor, tf.Tensor>;
  }
  const rows = new HostTensor(Float32Array.of(1, 3), [2, 1]);
  // Of mean 2 and variance 1, with epsilon 0.001; and by the first averages, of mean 0 and variance 1.
  const [ofBatch, ofAverages] = [1 / Math.sqrt(1.001), 3 / Math.sqrt(1.001)];

  it.each(backends.flatMap(({ backend }) => [false, true].map((isNested) => ({ backend, isNested }))))(
    'is kept by a plain call, and overridden by predict and evaluate: $backend.name, nested $isNested',
    async ({ backend, isNested }) => {
      const net = normalizing(backend, isNested);
      const before = await valuesOf(net);
      expect((await net.predict(rows)).data[1]).toBeCloseTo(ofAverages, 5);
      const { loss } = await net.evaluate(rows, HostTensor.zeros([2, 1]));
      expect(loss).toBeCloseTo((1 / 1.001 + 9 / 1.001) / 2, 4);
      expect(await valuesOf(net)).toEqual(before);
      expect((await net.predictOnBatch(rows)).data[1]).toBeCloseTo(ofAverages, 5);
      const called = normalizing(backend, isNested);
      expect(tf.tidy(() => called.call(rows.tensor()).dataSync())[1]).toBeCloseTo(ofBatch, 5);
      // As in Keras, such a call moves the averages: 0.99 · 0 + 0.01 · 2.
      expect((await valuesOf(called))[2]).toBeCloseTo(0.02, 6);
    },
  );

  it('is overridden by fit', async () => {
    const pixels = input({ shape: [4] });
    const dropped = layers
      .dropout({ rate: 0.5 })
      .apply(dense({ units: 4 }).apply(pixels), { training: false });
    const losses = async (seed: number): Promise<unknown> => {
      const net = model({ inputs: pixels, outputs: dropped, backend: cpu(), seed });
      net.compile({ optimizer: sgd({ learningRate: 0 }), loss: 'mse' });
      return (await net.fit(x, HostTensor.zeros([20, 4]), { verbose: 0, batchSize: 20 })).history['loss'];
    };
    expect(await losses(1)).not.toEqual(await losses(2));
  });
});

describe('one seed', () => {
  it.each(backends)('makes a run repeatable, bit for bit, on $backend.name', async ({ backend }) => {
    const first = await run(backend, 7);
    expect(await run(backend, 7)).toEqual(first);
    expect(await run(backend, 8)).not.toEqual(first);
    expect(await run(backend, 7, { shuffle: false })).not.toEqual(first);
  });

  it('gives two backends the same run but for rounding', async () => {
    const [a, b] = (await Promise.all(backends.map(({ backend }) => run(backend, 7)))) as {
      weights: number[];
    }[];
    b!.weights.forEach((weight, i) => expect(weight).toBeCloseTo(a!.weights[i]!, 4));
  });

  it.each(backends)('resumes where a run stopped, bit for bit, on $backend.name', async ({ backend }) => {
    const whole = noisy(backend, 7);
    await whole.fit(x, y, { epochs: 4, batchSize: 6, verbose: 0 });
    const parts = noisy(backend, 7);
    await parts.fit(x, y, { epochs: 2, batchSize: 6, verbose: 0 });
    await parts.fit(x, y, { epochs: 4, initialEpoch: 2, batchSize: 6, verbose: 0 });
    expect(await valuesOf(parts)).toEqual(await valuesOf(whole));
  });

  it.each(backends)('lets a sampling model predict the same twice on $backend.name', async ({ backend }) => {
    const pixels = input({ shape: [4] });
    const sampled = lambda((t: tf.Tensor) => tf.add(t, random.normal(t.shape)), { name: 'sampling' });
    const net = model({ inputs: pixels, outputs: sampled.apply(pixels), backend, seed: 3 });
    const [first, second] = [await net.predict(x, { batchSize: 8 }), await net.predict(x, { batchSize: 8 })];
    expect(second.data).toEqual(first.data);
    // Each batch of a prediction draws anew.
    const noise = first.data.map((value, i) => value - x.data[i]!);
    expect(Math.abs(noise[0]! - noise[32]!)).toBeGreaterThan(0.01);
    net.compile({ loss: 'mse' });
    const evaluated = await net.evaluate(x, x, { batchSize: 8 });
    expect(await net.evaluate(x, x, { batchSize: 8 })).toEqual(evaluated);
  });
});

describe('weights', () => {
  it.each(backends)(
    'are shared by sub-models, during training and after, on $backend.name',
    async ({ backend }) => {
      const pixels = input({ shape: [4] });
      const hidden = dense({ units: 3, name: 'hidden' }).apply(pixels);
      const outputs = dense({ units: 2, name: 'out' }).apply(hidden);
      const net = model({ inputs: pixels, outputs, backend });
      const before = model({ inputs: pixels, outputs: hidden, backend });
      const after = model({ inputs: hidden, outputs, backend });
      net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mse' });
      const composed = async (): Promise<HostTensor> => after.predict(await before.predict(x));
      const seen: number[] = [];
      const check = async (): Promise<void> => {
        const [direct, indirect] = [await net.predict(x), await composed()];
        indirect.data.forEach((value, i) => expect(value).toBeCloseTo(direct.data[i]!, 5));
        seen.push(direct.data[0]!);
      };
      await net.fit(x, y, { epochs: 3, verbose: 0, callbacks: [{ onEpochEnd: check }] });
      await check();
      expect(new Set(seen.slice(0, 3)).size).toBe(3);
      before.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mse' });
      await before.fit(x, HostTensor.zeros([20, 3]), { verbose: 0 });
      await check();
      expect(seen[4]).not.toBe(seen[3]);
    },
  );

  it('are one truth for a model that moves between backends', async () => {
    const net = noisy(cpu(), 5);
    await net.fit(x, y, { epochs: 1, batchSize: 6, verbose: 0 });
    const expected = await net.predict(x);
    net.moveTo(onnx());
    (await net.predict(x)).data.forEach((value, i) => expect(value).toBeCloseTo(expected.data[i]!, 5));
    await net.fit(x, y, { epochs: 2, initialEpoch: 1, batchSize: 6, verbose: 0 });
    net.moveTo(cpu());
    await net.fit(x, y, { epochs: 3, initialEpoch: 2, batchSize: 6, verbose: 0 });
    const stayed = noisy(cpu(), 5);
    await stayed.fit(x, y, { epochs: 3, batchSize: 6, verbose: 0 });
    const wanted = await valuesOf(stayed);
    (await valuesOf(net)).forEach((value, i) => expect(value).toBeCloseTo(wanted[i]!, 4));
    expect(net.optimizer!.iterations.current).toBe(12);
  });

  it('of layers that are frozen after compile() train until the next one, with a warning', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const pixels = input({ shape: [4] });
    const first = dense({ units: 3, name: 'first' });
    const norm = layers.batchNormalization({ name: 'norm' });
    const outputs = dense({ units: 2 }).apply(norm.apply(first.apply(pixels)));
    const net = model({ inputs: pixels, outputs, backend: cpu(), name: 'net' });
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    first.trainable = false;
    norm.trainable = false;
    const values = async (layer: layers.Dense | layers.BatchNormalization): Promise<number[]> =>
      (await layer.getWeights()).flatMap(({ data }) => [...data]);
    const kernel = await values(first);
    await net.fit(x, y, { verbose: 0 });
    expect(warn.mock.calls[0]![0]).toContain(
      '[TRAINABLE_CHANGED] Model "net": trainable of "first", "norm" was changed after compile()',
    );
    expect(await values(first)).not.toEqual(kernel);
    // As compiled it trains: it would not move its averages if it were frozen.
    expect([...(await norm.getWeights())[2]!.data]).not.toEqual([0, 0, 0]);
    expect(first.trainable).toBe(false);
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    const [fixed, still] = [await values(first), await values(norm)];
    await net.fit(x, y, { epochs: 2, verbose: 0 });
    expect([await values(first), await values(norm)]).toEqual([fixed, still]);
    expect(warn).toHaveBeenCalledTimes(1);
  });

  it('that no loss depends on do not train, with a warning once', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const pixels = input({ shape: [4] });
    const [used, unused] = ['used', 'unused'].map((name) => dense({ units: 2, name }).apply(pixels));
    const net = model({ inputs: pixels, outputs: [used!, unused!], backend: cpu(), name: 'net' });
    net.compile({ optimizer: adam(), loss: { used: 'mse' } });
    await net.fit(x, { used: y, unused: y }, { batchSize: 8, verbose: 0 });
    expect(warn.mock.calls).toEqual([
      [
        '[GRADIENT_MISSING] Model "net": the loss does not depend on unused/kernel, unused/bias; they will not train.',
      ],
    ]);
  });

  it('take their averages when fit ends with useEma', async () => {
    const pixels = input({ shape: [4] });
    const net = model({ inputs: pixels, outputs: dense({ units: 2 }).apply(pixels), backend: cpu() });
    net.compile({ optimizer: sgd({ useEma: true, emaMomentum: 0.5 }), loss: 'mse' });
    await net.fit(x, y, { epochs: 2, verbose: 0 });
    const averages = await getWeightValues(net.optimizer!.variables.slice(2, 4));
    expect(await valuesOf(net)).toEqual(averages.flatMap(({ data }) => [...data]));
  });
});

describe('a step', () => {
  it('takes its learning rate from the schedule', async () => {
    const pixels = input({ shape: [1] });
    const outputs = dense({ units: 1, useBias: false, kernelInitializer: 'zeros' }).apply(pixels);
    const net = model({ inputs: pixels, outputs, backend: cpu() });
    const learningRate = exponentialDecay({ initialLearningRate: 0.25, decaySteps: 1, decayRate: 0.5 });
    net.compile({ optimizer: sgd({ learningRate }), loss: 'mean_absolute_error' });
    // The gradient is -1 until the weight is 1: the weight is the sum of the rates 1/4, 1/8, 1/16.
    await net.fit([[1]], [[1]], { epochs: 3, verbose: 0 });
    expect(await valuesOf(net)).toEqual([0.4375]);
  });

  it('leaves out of the loss and the metrics what a mask hides', async () => {
    const tokens = input({ shape: [3], dtype: 'int32' });
    const vectors = layers.embedding({ inputDim: 4, outputDim: 1, maskZero: true }).apply(tokens);
    const net = model({ inputs: tokens, outputs: vectors, backend: cpu() });
    net.setWeights([new HostTensor(Float32Array.of(9, 1, 2, 3), [4, 1])]);
    net.compile({ optimizer: sgd({ learningRate: 1 }), loss: 'mae', metrics: ['mae'] });
    const zeros = HostTensor.zeros([1, 3, 1]);
    const logs = await net.evaluate(new HostTensor(Int32Array.of(1, 3, 0), [1, 3], 'int32'), zeros);
    expect(logs).toEqual({ loss: 2, mae: 2 });
    await net.fit(new HostTensor(Int32Array.of(1, 3, 0), [1, 3], 'int32'), zeros, { verbose: 0 });
    expect(await valuesOf(net)).toEqual([9, 0.5, 2, 2.5]);
  });

  it('reports the total loss and that of each output, weighted and not', async () => {
    const pixels = input({ shape: [1] });
    const outputs = ['a', 'b'].map((name) => layers.rescaling({ scale: 1, name }).apply(pixels));
    const net = model({ inputs: pixels, outputs, backend: cpu() });
    net.compile({
      loss: 'mse',
      lossWeights: { a: 10 },
      metrics: { b: ['mae', 'mae'] },
      weightedMetrics: { b: ['mae'] },
    });
    const column = (value: number): HostTensor => new HostTensor(Float32Array.of(value), [1, 1]);
    expect(await net.evaluate(column(0), [column(1), column(2)], { sampleWeight: [3] })).toEqual({
      a_loss: 3,
      b_loss: 12,
      b_mae: 2,
      b_mae_1: 2,
      b_weighted_mae: 2,
      loss: 42,
    });
  });
});

describe('memory', () => {
  it('of tfjs stays as it is over repeated fits, evaluations and predictions', async () => {
    const net = noisy(cpu(), 1);
    await net.fit(x, y, { batchSize: 6, verbose: 0, validationData: [x, y] });
    await tf.setBackend('cpu');
    const before = tf.memory();
    for (let i = 0; i < 5; i++) {
      await net.fit(x, y, { batchSize: 6, verbose: 0, validationData: [x, y] });
      await net.evaluate(x, y);
      await net.predict(x);
      net.compile({ optimizer: 'adam', loss: 'mse', metrics: ['mae'] });
    }
    const { numTensors, numBytes, numDataBuffers } = tf.memory();
    expect({ numTensors, numBytes, numDataBuffers }).toEqual({
      numTensors: before.numTensors,
      numBytes: before.numBytes,
      numDataBuffers: before.numDataBuffers,
    });
  });

  it('holds a bounded number of compiled steps', async () => {
    const disposed: string[] = [];
    const inner = cpu();
    const counting: Backend = {
      ...inner,
      name: 'counting',
      async compile(program) {
        const executable = await inner.compile(program);
        return {
          backend: executable.backend,
          run: (...args) => executable.run(...args),
          dispose() {
            disposed.push('step');
            executable.dispose();
          },
        };
      },
    };
    const pixels = input({ shape: [null] });
    const outputs = lambda((t: tf.Tensor) => tf.mul(t, 2)).apply(pixels);
    const net = model({ inputs: pixels, outputs, backend: counting });
    for (let size = 1; size <= 36; size++) await net.predict(HostTensor.zeros([1, size]));
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(disposed).toHaveLength(4);
    net.dispose();
    await new Promise((resolve) => setTimeout(resolve, 0));
    expect(disposed).toHaveLength(36);
    expect((await net.predict(HostTensor.zeros([1, 2]))).shape).toEqual([1, 2]);
  });

  it('is used by one run at a time: executables are not reentrant', async () => {
    let running = 0;
    let most = 0;
    const inner = cpu();
    const slow: Backend = {
      ...inner,
      name: 'slow',
      async compile(program) {
        const executable = await inner.compile(program);
        return {
          backend: executable.backend,
          async run(...args) {
            most = Math.max(most, ++running);
            await new Promise((resolve) => setTimeout(resolve, 1));
            running--;
            return executable.run(...args);
          },
          dispose: () => executable.dispose(),
        };
      },
    };
    const [net, other] = [noisy(slow, 2), noisy(slow, 3)];
    const one = new HostTensor(x.data.slice(0, 4), [1, 4]);
    await Promise.all([
      net.fit(x, y, { verbose: 0 }),
      net.predictOnBatch(one),
      other.predictOnBatch(one),
      net.predictOnBatch(one),
    ]);
    await expect(net.predictOnBatch(HostTensor.zeros([1, 5]))).rejects.toThrow('[SHAPE_MISMATCH]');
    await net.predictOnBatch(one);
    expect(most).toBe(1);
  });

  it.each(backends)('is not mixed up by calls at the same time, on $backend.name', async ({ backend }) => {
    const net = noisy(backend, 2);
    const part = (i: number): HostTensor => new HostTensor(x.data.slice(i * 4, i * 4 + 4), [1, 4]);
    const one = await Promise.all(Array.from({ length: 20 }, (_, i) => net.predictOnBatch(part(i))));
    const all = await net.predict(x);
    one.forEach((row, i) =>
      row.data.forEach((value, k) => expect(value).toBeCloseTo(all.data[i * 2 + k]!, 5)),
    );
    await Promise.all([
      net.fit(x, y, { epochs: 2, verbose: 0 }),
      ...Array.from({ length: 10 }, () => net.predict(x)),
    ]);
  });
});

describe('a composition', () => {
  it('makes models on its backend, and knows what training brings by the names files use', async () => {
    const composed = compose({ backend: cpu(), plugins: [layers.layers, training] });
    const pixels = input({ shape: [4] });
    const net = composed.model({ inputs: pixels, outputs: dense({ units: 2 }).apply(pixels) });
    expect((await net.predict(x)).shape).toEqual([20, 2]);
    const chain = composed.sequential({ layers: [dense({ units: 2 })], inputShape: [4] });
    expect((await chain.predict(x)).shape).toEqual([20, 2]);
    const { catalog } = composed;
    expect(catalog.names('optimizers')).toEqual(
      expect.arrayContaining(['Adam', 'LossScaleOptimizer', 'SGD']),
    );
    expect(catalog.names('schedules')).toContain('CosineDecayRestarts');
    expect(catalog.names('losses')).toContain('SparseCategoricalCrossentropy');
    expect(catalog.names('metrics')).toContain('SparseTopKCategoricalAccuracy');
  });

  it('makes a Sequential of a list, as Keras does', async () => {
    const { sequential } = compose({ backend: cpu(), plugins: [layers.layers, training] });
    const net = sequential([input({ shape: [4], name: 'pixels' }), dense({ units: 2 })], { name: 'listed' });
    expect((await net.predict(x)).shape).toEqual([20, 2]);
    expect(net.layers.length).toBe(1);
    expect(sequential([dense({ units: 2 })], { inputShape: [4] }).name).toMatch(/^sequential/);
    expect(net.label).toBe('Sequential "listed"');
    expect(() => sequential([dense({ units: 2 })])).toThrow(
      /its input is not known.\nFix: put input\(\{ shape \}\)/,
    );
    expect(() => sequential([dense({ units: 2 }), input({ shape: [4] })])).toThrow(/\[INPUT_INVALID\]/);
    expect(() => sequential({} as never)).toThrow(/\[INPUT_INVALID\] Sequential .*expected a list of layers/);
  });

  it('trains a Sequential whose layers are listed without the input', async () => {
    const chain = new Sequential({
      layers: [input({ shape: [4], name: 'pixels' }).node.layer, dense({ units: 2, name: 'out' })],
      backend: cpu(),
    });
    chain.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mse' });
    const { history } = await chain.fit(x, y, { epochs: 5, verbose: 0 });
    expect(history['loss']![4]).toBeLessThan(history['loss']![0]!);
    expect(chain.layers.map(({ name }) => name)).toEqual(['out']);
    expect(chain.getLayer('out').parameterCount).toBe(10);
  });
});
