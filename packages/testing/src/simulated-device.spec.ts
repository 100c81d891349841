// The contract of backends where memory is away from the host: what is copied, and when.
import { describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { clearNames, compose, input, setRandomSeed, type Backend } from '@lamella/core';
import { io } from '@lamella/io';
import { lambda, lambdas } from '@lamella/lambda';
import { dense, layers, reLU, softmax } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import {
  adam,
  earlyStopping,
  ProgressBar,
  exponentialDecay,
  training,
  type Callback,
  type Model,
  type Optimizer,
} from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { assertClose } from './assertions.js';
import { floats } from './kernel-case.js';
import { simulatedDevice, type SimulatedDevice } from './simulated-device.js';
import { testBackend } from './test-backend.js';

testBackend('whose memory is away from the host', () => simulatedDevice(), { tolerance: 1e-6 });

const rows = 20;
const batchSize = 4;
const x = floats([rows, 784], 0, 1);
const y = HostTensor.zeros([rows, 10]);
for (let i = 0; i < rows; i++) y.data[i * 10 + (i % 10)] = 1;

/** The tutorial's network, or one of its form with other sizes. */
function tutorial(
  backend: Backend,
  optimizer: Optimizer = adam({ learningRate: 5e-4 }),
  units: readonly [number, number] = [500, 250],
): Model {
  clearNames();
  setRandomSeed(3);
  const { model } = compose({ backend, plugins: [layers, lambdas(), training] });
  const pixels = input({ shape: [784] });
  let values = reLU().apply(dense({ units: units[0] }).apply(pixels));
  values = reLU().apply(dense({ units: units[1] }).apply(values));
  values = lambda((t: tf.Tensor) => tf.add(t, 2), { name: 'add_two' }).apply(
    dense({ units: 20 }).apply(values),
  );
  const outputs = softmax().apply(dense({ units: 10 }).apply(reLU().apply(values)));
  const net = model({ inputs: pixels, outputs, seed: 3 });
  net.compile({ optimizer, loss: 'categorical_crossentropy', metrics: ['accuracy'] });
  return net;
}

/** For tests that compare long runs on tfjs-backend-cpu. */
const small = (backend: Backend, optimizer?: Optimizer): Model => tutorial(backend, optimizer, [40, 20]);

/** Notes the copies after each batch. */
class Watch implements Callback {
  readonly toHost: number[] = [];
  readonly toDevice: number[] = [];

  constructor(
    private readonly device: SimulatedDevice,
    readonly needsBatchLogs = (): boolean => false,
  ) {}

  onTrainBatchEnd(): void {
    this.toHost.push(this.device.copies.toHost);
    this.toDevice.push(this.device.copies.toDevice);
  }

  /** How many copies lie between one step and the next; the first epoch's. */
  between(counts: readonly number[]): number[] {
    const first = counts.slice(0, rows / batchSize);
    return first.slice(1).map((count, i) => count - first[i]!);
  }
}

/** Many numbers, for which jest's own comparison takes long. */
function expectEqual(actual: readonly HostTensor[], expected: readonly HostTensor[]): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((values, i) => assertClose(values, expected[i]!, 0, `weight ${i}`));
}

describe("the tutorial's network on a device", () => {
  it('copies nothing back from step to step, and of data only the batch there', async () => {
    const device = simulatedDevice();
    const watch = new Watch(device);
    const net = tutorial(device);
    await net.fit(x, y, { batchSize, epochs: 2, verbose: 0, callbacks: [watch] });
    expect(watch.between(watch.toHost)).toEqual([0, 0, 0, 0]);
    expect(watch.between(watch.toDevice)).toEqual([2, 2, 2, 2]);
    // At the end of an epoch the loss and the accuracy, at its beginning the number of the step.
    expect(watch.toHost[5]! - watch.toHost[4]!).toBe(3);
  });

  it('learns what it learns on cpu', async () => {
    const [here, there] = [small(cpu()), small(simulatedDevice())];
    const options = { batchSize, epochs: 2, verbose: 0 } as const;
    const [expected, actual] = [await here.fit(x, y, options), await there.fit(x, y, options)];
    expect(actual.history).toEqual(expected.history);
    expectEqual(await there.getWeights(), await here.getWeights());
    expect(await there.predict(x)).toEqual(await here.predict(x));
  });

  it('reads logs as often as a callback needs them', async () => {
    const device = simulatedDevice();
    const watch = new Watch(device, () => true);
    const losses: number[] = [];
    const other: Callback = { onTrainBatchEnd: (_, logs) => void losses.push(logs['loss']!) };
    await tutorial(device).fit(x, y, { batchSize, verbose: 0, callbacks: [watch, other] });
    expect(watch.between(watch.toHost)).toEqual([2, 2, 2, 2]);
    expect(losses.every(Number.isFinite)).toBe(true);
    expect(losses).toHaveLength(5);
  });

  it('reads logs as often as a progress bar is drawn', async () => {
    const device = simulatedDevice();
    const watch = new Watch(device);
    let time = 0;
    const drawn: string[] = [];
    const output = { isTTY: true, write: (text: string) => void drawn.push(text) };
    // Two steps take as long as the bar waits.
    const bar = new ProgressBar({ output, verbose: 1, now: () => time });
    const clock: Callback = { needsBatchLogs: () => false, onTrainBatchBegin: () => void (time += 30) };
    await tutorial(device).fit(x, y, { batchSize, verbose: 0, callbacks: [clock, watch, bar] });
    expect(watch.between(watch.toHost)).toEqual([0, 2, 0, 2]);
    expect(drawn).toHaveLength(4);
  });

  it('computes the rates of a schedule on the host', async () => {
    const device = simulatedDevice();
    const watch = new Watch(device);
    const learningRate = exponentialDecay({
      initialLearningRate: 1e-3,
      decaySteps: 1,
      decayRate: 0.5,
    });
    const net = tutorial(device, adam({ learningRate }));
    await net.fit(x, y, { batchSize, verbose: 0, callbacks: [watch] });
    expect(watch.between(watch.toHost)).toEqual([0, 0, 0, 0]);
    expect(watch.between(watch.toDevice)).toEqual([3, 3, 3, 3]);
    expect(net.optimizer!.iterations.current).toBe(5);
    expect(net.optimizer!.learningRate).toBeCloseTo(1e-3 / 32, 9);
  });

  it('goes on elsewhere, and is saved from wherever it is', async () => {
    const device = simulatedDevice();
    const { encodeModel, loadModel } = compose({ plugins: [layers, lambdas(), training, io] });
    const options = { batchSize, epochs: 1, verbose: 0 } as const;
    const moving = small(device);
    const staying = small(cpu());
    for (const backend of [device, onnx(), device, cpu()]) {
      moving.moveTo(backend);
      await moving.fit(x, y, options);
      await staying.fit(x, y, options);
      const [actual, expected] = [await moving.getWeights(), await staying.getWeights()];
      actual.forEach((values, i) => assertClose(values, expected[i]!, 2e-3, moving.weights[i]!.name));
      expect(moving.weights.every(({ buffer }) => buffer.backend === backend)).toBe(true);
      const loaded = await loadModel(await encodeModel(moving, 'net.keras'));
      expectEqual(await loaded.getWeights(), actual);
      expect(loaded.optimizer!.iterations.current).toBe(moving.optimizer!.iterations.current);
    }
    expect(moving.optimizer!.iterations.current).toBe(20);
  });

  it('ends with its best weights, and with averages, as on a host', async () => {
    const device = simulatedDevice();
    const net = small(device, adam({ learningRate: 1e-3, useEma: true, emaMomentum: 0.5 }));
    const stopping = earlyStopping({ monitor: 'loss', restoreBestWeights: true, patience: 1 });
    await net.fit(x, y, { batchSize, epochs: 2, verbose: 0, callbacks: [stopping] });
    expect((await net.evaluate(x, y, { batchSize }))['loss']).toBeGreaterThan(0);
    const weights = await net.getWeights();
    net.setWeights(weights.map(({ shape }) => HostTensor.zeros(shape)));
    net.setWeights(weights);
    expectEqual(await net.getWeights(), weights);
  });
});
