import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as layers from '@lamella/layers';
import * as training from '@lamella/training';
import * as lamella from './index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lamella-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('lamella', () => {
  it('exports every layer, loss, metric, optimizer and callback of its packages', () => {
    const names = Object.keys(lamella);
    expect(names).toEqual(expect.arrayContaining(Object.keys(layers)));
    expect(names).toEqual(expect.arrayContaining(Object.keys(training)));
    expect(lamella.model).not.toBe(training.model);
  });

  it('exports the rest of what a program like the tutorial needs', () => {
    for (const name of [
      'input',
      'lambda',
      'namedFunction',
      'register',
      'registerFunction',
      'saveModel',
      'loadModel',
      'saveWeights',
    ])
      expect(typeof lamella[name as keyof typeof lamella]).toBe('function');
    expect(typeof lamella.mnist.load).toBe('function');
    expect(lamella.toCategorical([1]).array()).toEqual([[0, 1]]);
    expect(lamella.datasets.readNpz).toBeDefined();
    expect(typeof lamella.random.normal).toBe('function');
    expect(lamella.HostTensor.zeros([2]).shape).toEqual([2]);
  });

  it('has loaded no backend by being imported', () => {
    expect(lamella.composition.backend!.name).toBe('default');
  });

  it('builds, trains, saves and loads a model with Lambdas, registered and not', async () => {
    const { dense, input, lambda, loadModel, model, registerFunction, saveModel } = lamella;
    registerFunction('spec>halve', (x: tf.Tensor) => tf.div(x, 2));
    const x = input({ shape: [2] });
    const hidden = dense({ units: 4, activation: 'relu' }).apply(x);
    const halved = lambda('spec>halve').apply(hidden);
    const tripled = lambda((t: tf.Tensor) => tf.mul(t, 3)).apply(halved);
    const net = model({ inputs: x, outputs: dense({ units: 1 }).apply(tripled) });
    net.compile({ optimizer: lamella.adam({ learningRate: 0.01 }), loss: 'mean_squared_error' });
    await net.fit(
      [
        [0, 1],
        [1, 1],
      ],
      [[1], [2]],
      { epochs: 2, verbose: 0 },
    );
    const path = join(folder, 'net.keras');
    await saveModel(net, path);
    const again = await loadModel(path);
    expect((await again.predict([[1, 0]])).data).toEqual((await net.predict([[1, 0]])).data);
    expect(lamella.registeredFunctions()).toEqual(['lamella>hard_sigmoid_of_keras_2', 'spec>halve']);
    expect(['onnx', 'cpu']).toContain(lamella.composition.backend!.name);
  });

  it('makes a chain of layers a model', async () => {
    const net = lamella.sequential({
      layers: [lamella.dense({ units: 3, kernelInitializer: 'ones' })],
      inputShape: [2],
    });
    expect((await net.predict([[1, 2]])).array()).toEqual([[3, 3, 3]]);
  });
});
