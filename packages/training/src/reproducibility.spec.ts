// What docs/reproducibility.md promises of batches, and the one rule for indices, on every backend.
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { input, type Backend } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { conv2D, dense, embedding, flatten } from '@lamella/layers';
import { HostTensor, type Shape, type TypedArray } from '@lamella/program';
import { simulatedDevice } from '@lamella/testing';
import type { Model } from './model.js';
import { sgd } from './optimizers/index.js';
import { model } from './training.js';

const backends: readonly (readonly [string, () => Backend])[] = [
  ['cpu', cpu],
  ['a device', simulatedDevice],
  ['onnx', onnx],
  ['onnx on wasm', () => onnx({ runtime: 'wasm' })],
];
/** Of numbers around 1, where sums are taken in another order. */
const lastBits = 2e-6;

function mixed(backend: Backend): Model<tf.Tensor, tf.Tensor> {
  const x = input({ shape: [6, 6, 1] });
  const features = flatten().apply(conv2D({ filters: 4, kernelSize: 3, activation: 'relu' }).apply(x));
  const hidden = dense({ units: 64, activation: 'tanh' }).apply(features);
  return model({ inputs: x, outputs: dense({ units: 4, activation: 'softmax' }).apply(hidden), backend });
}

/** So many rows; `at` says which value is the i-th. */
function rowsOf(count: number, at: (i: number) => number): HostTensor {
  const shape: Shape = [count, 6, 6, 1];
  return new HostTensor(
    Float32Array.from({ length: count * 36 }, (_, i) => Math.sin(at(i))),
    shape,
  );
}

describe.each(backends)('a row on %s', (name, made) => {
  const isExact = name === 'cpu' || name === 'a device';
  const expectSame = (found: TypedArray, expected: TypedArray, hasBits: boolean): void => {
    if (isExact || hasBits) return expect(found).toEqual(expected);
    found.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(lastBits));
  };
  const sizes = isExact ? [1, 2, 33] : name === 'onnx' ? [1, 2, 16, 65, 257] : [1, 2, 16];

  it('has the same bits at each time and place in a batch, and in another model of the same weights', async () => {
    const net = mixed(made());
    const other = mixed(made());
    other.setWeights(await net.getWeights());
    for (const size of sizes) {
      const same = rowsOf(size, (i) => i % 36);
      const first = await net.predictOnBatch(same);
      for (let row = 1; row < size; row++) expect(first.row(row).data).toEqual(first.row(0).data);
      // The last of these are after weights have been built into what runs.
      for (let time = 0; time < (size === 2 ? 20 : 1); time++)
        expectSame((await net.predictOnBatch(same)).data, first.data, time < 10);
      expect((await other.predict(same, { batchSize: size })).data).toEqual(first.data);
    }
  });

  it('has in batches of other sizes the same bits where that is promised, and else but other last ones', async () => {
    const net = mixed(made());
    const alone = (await net.predictOnBatch(rowsOf(1, (i) => i))).data;
    for (const size of sizes) {
      expectSame((await net.predictOnBatch(rowsOf(size, (i) => i))).row(0).data, alone, false);
    }
  });
});

describe.each(backends)('an index on %s', (_, made) => {
  const ids = (...values: number[]): HostTensor =>
    new HostTensor(Int32Array.from(values), [values.length, 1], 'int32');
  const target = (rows: number): HostTensor =>
    new HostTensor(new Float32Array(rows * 2).fill(1), [rows, 1, 2]);
  const options = { verbose: 0, batchSize: 8 } as const;

  /** Looks `ids + shift` up in three rows. */
  function table(shift = 0): Model<tf.Tensor, tf.Tensor> {
    const x = input({ shape: [1], dtype: 'int32' });
    const shifted = lambda((values: tf.Tensor) => tf.add(values, tf.scalar(shift, 'int32'))).apply(x);
    const words = embedding({ inputDim: 3, outputDim: 2, embeddingsInitializer: 'ones', name: 'words' });
    const net = model({ inputs: x, outputs: words.apply(shift === 0 ? x : shifted), backend: made() });
    net.setWeights([new HostTensor(Float32Array.of(2, 3, 4, 5, 6, 7), [3, 2])]);
    net.compile({ optimizer: sgd({ learningRate: 1 }), loss: 'mse' });
    return net;
  }
  const trained = async (net: Model, given: HostTensor): Promise<unknown> => {
    const { history } = await net.fit(given, target(given.shape[0]!), options);
    return [history['loss'], (await net.getWeights())[0]!.array()];
  };

  it('below 0 counts from the end, in predictions and in training', async () => {
    const expected = await table().predict(ids(2, 0, 1), options);
    expect((await table().predict(ids(-1, -3, 1), options)).array()).toEqual(expected.array());
    const [loss, weights] = (await trained(table(), ids(2, 0))) as [number[], number[][]];
    expect([loss, weights[1]]).toEqual([[16.5], [4, 5]]);
    expect(await trained(table(), ids(-1, -3))).toEqual([loss, weights]);
    expect(await trained(table(-3), ids(2, 0))).toEqual([loss, weights]);
  });

  it.each([3, -4])(
    'of %i, which names no row, is refused wherever data come in, and nothing has changed',
    async (id) => {
      const net = table();
      const given = ids(1, id);
      const before = await net.getWeights();
      for (const run of [
        () => net.fit(given, target(2), options),
        () => net.evaluate(given, target(2), options),
        () => net.predict(given, options),
        () => net.predictOnBatch(given),
      ])
        await expect(run()).rejects.toThrow(`expected indices from -3 to 2, got ${id} in row `);
      expect(await net.getWeights()).toEqual(before);
    },
  );

  it('that a layer computes and that names no row gives NaN, in predictions and in training, and trains no row', async () => {
    const net = table(2);
    expect((await net.predict(ids(0, 1), options)).array()).toEqual([[[6, 7]], [[NaN, NaN]]]);
    expect(await net.evaluate(ids(0, 1), target(2), options)).toEqual({ loss: NaN });
    const [loss, weights] = (await trained(net, ids(0, 1))) as [number[], number[][]];
    expect(loss).toEqual([NaN]);
    // Of the row that was found, the gradient is 2 (value - 1) / 4.
    expect(weights).toEqual([
      [2, 3],
      [4, 5],
      [3.5, 4],
    ]);
  });
});
