import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { clearNames, compose, input } from '@lamella/core';
import { batchNormalization, dense, dropout, layers } from '@lamella/layers';
import { fillRandom, HostTensor, type RandomSpec } from '@lamella/program';
import { assertClose } from '@lamella/testing';
import { adam, training, type Model } from '@lamella/training';
import * as ort from 'onnxruntime-node';
import { exportTrainingStep } from './export-training-step.js';

const { model } = compose({ backend: cpu(), plugins: [layers, training] });
const batchSize = 6;

function network(): Model {
  clearNames();
  const x = input({ shape: [4], name: 'x' });
  const hidden = dropout({ rate: 0.25, name: 'drop' }).apply(
    batchNormalization({ name: 'norm' }).apply(
      dense({ units: 5, activation: 'tanh', name: 'hidden' }).apply(x),
    ),
  );
  const net = model({
    inputs: x,
    outputs: dense({ units: 3, activation: 'softmax', name: 'classes' }).apply(hidden),
    name: 'net',
    seed: 3,
  });
  net.compile({
    optimizer: adam({ learningRate: 0.01 }),
    loss: 'sparse_categorical_crossentropy',
    metrics: ['accuracy'],
  });
  return net;
}

const x = HostTensor.zeros([batchSize, 4]);
x.data.forEach((_, i) => (x.data[i] = Math.sin(3 * i)));
const y = new HostTensor(Int32Array.of(0, 1, 2, 0, 1, 2), [batchSize], 'int32');

const tensorOf = ({ dtype, data, shape }: HostTensor): ort.Tensor =>
  new ort.Tensor(dtype as 'float32', data as Float32Array, shape);

describe('exportTrainingStep', () => {
  it('gives the losses, metrics and weights of fit() over several steps in ONNX Runtime', async () => {
    const net = network();
    const { bytes, states } = await exportTrainingStep(net, { batchSize });
    const session = await ort.InferenceSession.create(bytes);
    expect(session.inputNames).toEqual(expect.arrayContaining(['x', 'y_0', 'hidden/kernel', 'drop:0']));
    expect(session.outputNames.slice(0, 2)).toEqual(['accuracy', 'loss']);
    const current = new Map(states.map(({ input: name, value }) => [name, tensorOf(value)]));
    for (let step = 0; step < 5; step++) {
      for (const { input: name, value, kind } of states)
        if (kind === 'metric') current.set(name, tensorOf(HostTensor.zeros(value.shape, value.dtype)));
      const noise = HostTensor.zeros([batchSize, 5]);
      const uniform: RandomSpec = { distribution: 'uniform', stream: 'drop:0' };
      fillRandom(uniform, { seed: 3, step }, noise.data);
      const results = await session.run({
        x: tensorOf(x),
        y_0: tensorOf(y),
        'drop:0': tensorOf(noise),
        ...Object.fromEntries(current),
      });
      const { history } = await net.fit(x, y, { batchSize, epochs: 1, shuffle: false, verbose: 0 });
      expect((results['loss']!.data as Float32Array)[0]).toBeCloseTo(history['loss']![0]!, 5);
      expect((results['accuracy']!.data as Float32Array)[0]).toBeCloseTo(history['accuracy']![0]!, 5);
      for (const { input: name, output } of states)
        if (output !== null) current.set(name, results[output]! as ort.Tensor);
    }
    for (const weight of net.weights) {
      const { data } = current.get(weight.name)!;
      const got = new HostTensor(data as Float32Array, weight.shape);
      assertClose(got, await weight.values(), 1e-5, weight.name);
    }
  });

  it('maps each state to the output that replaces it, and the learning rate to none', async () => {
    const { states } = await exportTrainingStep(network(), { batchSize });
    const outputs = Object.fromEntries(states.map(({ input: name, output }) => [name, output]));
    expect(outputs['hidden/kernel']).toBe('hidden/kernel:next');
    expect(outputs['norm/moving_mean']).toBe('norm/moving_mean:next');
    expect(outputs['adam/learning_rate']).toBeNull();
    const kinds = Object.fromEntries(states.map(({ input: name, kind }) => [name, kind]));
    expect(kinds).toMatchObject({
      'hidden/kernel': 'weight',
      'adam/hidden_kernel_momentum': 'optimizer',
      'loss/total': 'metric',
    });
  });

  it('holds the present state as defaults when asked to, and draws random numbers itself', async () => {
    const { bytes } = await exportTrainingStep(network(), { batchSize, defaults: true, random: 'nodes' });
    // Its warning that state is no constant would be one line for each weight.
    const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
    expect(session.inputNames).toEqual(['x', 'y_0']);
    const results = await session.run({ x: tensorOf(x), y_0: tensorOf(y) });
    expect((results['loss']!.data as Float32Array)[0]).toBeGreaterThan(0);
  });

  it('refuses a model that is not compiled, and a batch that is none', async () => {
    const inputs = input({ shape: [2] });
    const plain = model({ inputs, outputs: dense({ units: 1 }).apply(inputs) });
    await expect(exportTrainingStep(plain, { batchSize })).rejects.toThrow('[NOT_COMPILED]');
    await expect(exportTrainingStep(network(), { batchSize: 0 })).rejects.toThrow('[OPTION_INVALID]');
  });
});
