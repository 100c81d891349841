// Weights that a step does not train: built into what runs, until they change.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cpu } from '@lamella/backend-cpu';
import { clearNames, hostBuffer, input, Weight, type Backend, type Buffer, type Layer } from '@lamella/core';
import { batchNormalization, conv2D, dense, flatten } from '@lamella/layers';
import { capture, HostTensor, type Program } from '@lamella/program';
import { model, sgd, type Model } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { onnx } from './onnx.js';
import { watchedSessions } from './watched-sessions.spec.js';

const native = onnx({ threads: 1, smallWork: false });
const waves = (shape: readonly number[], phase = 0): HostTensor => {
  const zeros = HostTensor.zeros(shape);
  zeros.data.forEach((_, i) => (zeros.data[i] = Math.sin(i * 0.7 + phase)));
  return zeros;
};
const x = waves([4, 5, 5, 3]);
const y = waves([4, 2], 1);

/** A dense layer upon a convolution that does not learn. */
function tuned(backend: Backend): Model {
  clearNames();
  const image = input({ shape: [5, 5, 3] });
  const base: [Layer, Layer] = [conv2D({ filters: 8, kernelSize: 3 }), batchNormalization()];
  const maps = base.reduce<ReturnType<typeof input>>(
    (values, layer) => layer.apply(values) as typeof image,
    image,
  );
  const net = model({ inputs: image, outputs: dense({ units: 2 }).apply(flatten().apply(maps)), backend });
  for (const layer of base) layer.trainable = false;
  net.setWeights(net.weights.map(({ shape }, i) => waves(shape, i)).map(positive));
  net.compile({ optimizer: sgd({ learningRate: 0.01 }), loss: 'mse' });
  return net;
}

const positive = (tensor: HostTensor): HostTensor => {
  tensor.data.forEach((value, i) => (tensor.data[i] = 0.2 * Math.abs(value) + 0.01));
  return tensor;
};
const lossesOf = async (net: Model, steps: number): Promise<number[]> => {
  const losses: number[] = [];
  for (let i = 0; i < steps; i++) losses.push((await net.trainOnBatch(x, y))['loss']!);
  return losses;
};

/** A step that trains a matrix upon a filter. */
function step(): Program {
  const weights = [
    [2, 2, 3, 4],
    [64, 2],
  ].map((shape, i) => new Weight({ name: `w${i}`, owner: 'fn', value: waves(shape, i) })) as [Weight, Weight];
  const { program } = capture(
    (image) => {
      const [filter, matrix] = weights.map((weight) => weight.read()) as [tf.Tensor4D, tf.Tensor2D];
      const maps = tf.conv2d(image as tf.Tensor4D, filter, 1, 'valid');
      weights[1].assign(tf.mul(matrix, 0.5));
      return tf.matMul(tf.reshape(maps, [4, -1]), matrix);
    },
    [{ name: 'x', shape: [4, 5, 5, 3], dtype: 'float32' }],
  );
  return program;
}

describe('a step that trains some weights', () => {
  let watched: Awaited<ReturnType<typeof watchedSessions>>;
  beforeEach(async () => {
    watched = await watchedSessions();
  });
  afterEach(() => watched.restore());

  it('is compiled once, with the others built in, and learns what it does without', async () => {
    const found = await lossesOf(tuned(native), 20);
    expect(watched.sessions).toHaveLength(1);
    const expected = await lossesOf(tuned(cpu()), 20);
    found.forEach((loss, i) => expect(loss).toBeCloseTo(expected[i]!, 5));
  });

  it('computes the same bits when it goes on elsewhere', async () => {
    const whole = tuned(native);
    await lossesOf(whole, 3);
    const resumed = tuned(native);
    resumed.setWeights(await whole.getWeights());
    for (const net of [whole, resumed]) await lossesOf(net, 20);
    expect(await resumed.getWeights()).toEqual(await whole.getWeights());
  });

  it('uses others from the moment at which they change', async () => {
    const nets = [tuned(native), tuned(cpu())] as const;
    for (const net of nets) {
      await lossesOf(net, 20);
      net.weights[0]!.set(waves(net.weights[0]!.shape, 5));
    }
    const [found, expected] = [await lossesOf(nets[0], 3), await lossesOf(nets[1], 3)];
    found.forEach((loss, i) => expect(loss).toBeCloseTo(expected[i]!, 5));
    expect(watched.sessions).toHaveLength(2);
  });

  it('refuses buffers of others, and disposed ones, by name', async () => {
    const executable = await native.compile(step());
    const own = (shape: readonly number[]): Buffer => native.buffer({ shape, dtype: 'float32' });
    const gone = own([2, 2, 3, 4]);
    gone.dispose();
    for (const [filter, code] of [
      [cpu().buffer({ shape: [2, 2, 3, 4], dtype: 'float32' }), 'BUFFER_FOREIGN'],
      [gone, 'BUFFER_DISPOSED'],
    ] as const)
      await expect(
        executable.run([hostBuffer(x), filter, own([64, 2])], [own([4, 2])], { seed: 0, step: 0 }),
      ).rejects.toThrow(code);
    executable.dispose();
  });

  it('is not compiled again and again where they change all the time', async () => {
    const net = tuned(native);
    for (let i = 0; i < 6; i++) {
      net.weights[0]!.set(waves(net.weights[0]!.shape, i));
      await lossesOf(net, 1);
    }
    expect(watched.sessions).toHaveLength(2);
  });
});
