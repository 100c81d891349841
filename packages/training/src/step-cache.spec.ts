import type * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { input, type Backend } from '@lamella/core';
import { dense, flatten } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { type Model } from './model.js';
import { model } from './training.js';

/** A backend that counts what it compiled and what of that is alive. */
function counting(): { readonly backend: Backend; readonly counts: { compiled: number; alive: number } } {
  const counts = { compiled: 0, alive: 0 };
  const inner = cpu();
  const backend: Backend = {
    ...inner,
    name: 'counting',
    compile: async (program) => {
      const executable = await inner.compile(program);
      counts.compiled++;
      counts.alive++;
      return {
        backend: executable.backend,
        run: (...args) => executable.run(...args),
        dispose: () => {
          counts.alive--;
          executable.dispose();
        },
      };
    },
  };
  return { backend, counts };
}

function doubling(backend: Backend): Model<tf.Tensor, tf.Tensor> {
  const x = input({ shape: [1] });
  const net = model({ inputs: x, outputs: dense({ units: 1, useBias: false }).apply(x), backend });
  net.setWeights([new HostTensor(new Float32Array([2]), [1, 1])]);
  return net;
}

const rows = (count: number): HostTensor => new HostTensor(new Float32Array(count).fill(3), [count, 1]);
const tasks = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe('the compiled steps of a model', () => {
  it('are eight at most of those that train where shapes change every step; the others are disposed of', async () => {
    const { backend, counts } = counting();
    const net = doubling(backend);
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    for (let size = 1; size <= 20; size++)
      await net.fit(rows(size), rows(size), { batchSize: size, verbose: 0 });
    await tasks();
    expect(counts).toEqual({ compiled: 20, alive: 8 });
    net.dispose();
    await tasks();
    expect(counts.alive).toBe(0);
  });

  it('are one for predictions of all batch sizes, and others for other shapes', async () => {
    const { backend, counts } = counting();
    const x = input({ shape: [null, 2] });
    const net = model({ inputs: x, outputs: flatten().apply(x), backend });
    for (const shape of [
      [1, 3, 2],
      [7, 3, 2],
      [7, 4, 2],
      [2, 3, 2],
    ])
      expect((await net.predictOnBatch(HostTensor.zeros(shape))).shape).toEqual([shape[0], 2 * shape[1]!]);
    expect(counts.compiled).toBe(2);
    await net.predict(HostTensor.zeros([9, 3, 2]), { batchSize: 4 });
    expect(counts.compiled).toBe(2);
    net.dispose();
    await net.predictOnBatch(HostTensor.zeros([1, 3, 2]));
    expect(counts.compiled).toBe(3);
  });

  it('serve the calls that wait for them before they go', async () => {
    const { backend, counts } = counting();
    const net = doubling(backend);
    const sizes = Array.from({ length: 40 }, (_, i) => i + 1);
    const calls = sizes.map((size) => net.predictOnBatch(rows(size)));
    await tasks();
    net.dispose();
    const results = await Promise.all(calls);
    expect(results.map(({ data }) => [...data])).toEqual(sizes.map((size) => new Array(size).fill(6)));
    await tasks();
    expect(counts).toEqual({ compiled: 1, alive: 0 });
  });
});
