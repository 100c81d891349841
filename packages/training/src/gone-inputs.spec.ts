// Memory that is gone when somebody reads it: tensors disposed of, buffers transferred to another thread.
import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { cpu } from '@lamella/backend-cpu';
import { onnx } from '@lamella/backend-onnx';
import { input, Weight, type Backend } from '@lamella/core';
import { batch, fromTensors } from '@lamella/datasets';
import { lambda } from '@lamella/lambda';
import { dense } from '@lamella/layers';
import { HostTensor, type NumberDType } from '@lamella/program';
import type { Tensors } from './data/adapt-data.js';
import type { Model } from './model.js';
import { model } from './training.js';

function detached<T extends ArrayBufferView>(array: T): T {
  structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] });
  return array;
}
function gone(dtype: NumberDType = 'float32'): HostTensor {
  const tensor = HostTensor.zeros([4, 1], dtype);
  detached(tensor.data);
  return tensor;
}
function disposed(): tf.Tensor {
  const tensor = tf.zeros([4, 1]);
  tensor.dispose();
  return tensor;
}
beforeAll(() => tf.env().set('IS_TEST', true)); // tfjs greets Node's users else

const there = HostTensor.zeros([4, 1]);
const coded = expect.objectContaining({
  code: expect.stringMatching(/^(SHAPE_MISMATCH|DATA_INVALID|DATA_LENGTH)$/),
});

function net(backend: Backend = cpu()): Model<tf.Tensor, tf.Tensor> {
  const x = input({ shape: [1], name: 'x' });
  const made = model({ inputs: x, outputs: dense({ units: 1 }).apply(x), backend, name: 'net' });
  made.compile({ loss: 'mse' });
  return made;
}

describe('data whose memory is gone', () => {
  const kinds: Readonly<Record<string, () => Tensors>> = {
    'a host tensor': gone,
    'a host tensor of bytes': () => gone('uint8'),
    'an array and a shape': () => ({ data: detached(new Float32Array(4)), shape: [4, 1] }),
    'a clamped array': () => ({ data: detached(new Uint8ClampedArray(4)) as never, shape: [4, 1] }),
    'an array': () => detached(new Float32Array(4)),
    'a clamped array alone': () => detached(new Uint8ClampedArray(4)) as never,
    rows: () => [detached(new Float32Array(1)), detached(new Float32Array(1))],
    'a tfjs tensor': disposed,
  };
  it.each(Object.keys(kinds))('is refused by every loop: %s', async (kind) => {
    const made = net();
    const data = kinds[kind]!;
    await expect(made.fit(data(), there, { verbose: 0 })).rejects.toEqual(coded);
    await expect(made.fit(there, data(), { verbose: 0 })).rejects.toEqual(coded);
    await expect(made.fit(there, there, { verbose: 0, sampleWeight: data() })).rejects.toEqual(coded);
    await expect(made.fit(there, there, { verbose: 0, validationData: [there, data()] })).rejects.toEqual(
      coded,
    );
    await expect(made.evaluate(data(), there)).rejects.toEqual(coded);
    await expect(made.predict(data())).rejects.toEqual(coded);
  });

  it.each([
    ['cpu', cpu],
    ['onnx', onnx],
  ])('is refused by predictOnBatch on %s, also where it was there before', async (_, backend) => {
    const made = net(backend());
    const batchOf = HostTensor.zeros([4, 1]);
    await made.predictOnBatch(batchOf);
    detached(batchOf.data);
    await expect(made.predictOnBatch(batchOf)).rejects.toThrow(
      '[SHAPE_MISMATCH] Input "x": expected the values of float32[4, 1], got none: the memory they lay in was transferred or detached.',
    );
  });

  it('is refused by datasets and streams', async () => {
    const made = net();
    const data = fromTensors({ x: gone(), y: there });
    await expect(made.fit(data, { verbose: 0 })).rejects.toEqual(coded);
    await expect(made.evaluate(batch(data, 2))).rejects.toEqual(coded);
    await expect(made.predict([{ x: gone() }].values() as never)).rejects.toEqual(coded);
  });

  it('is refused by weights, none of which is set', async () => {
    const made = net();
    const before = await made.getWeights();
    const lost = HostTensor.zeros([1]);
    detached(lost.data);
    expect(() => made.setWeights([new HostTensor(Float32Array.of(7), [1, 1]), lost])).toThrow(
      '[SHAPE_MISMATCH] Model "net", values of "dense',
    );
    expect(await made.getWeights()).toEqual(before);
    const weight = new Weight({ name: 'w', owner: 'o', value: HostTensor.zeros([4, 1]) });
    expect(() => weight.set(gone())).toThrow('[SHAPE_MISMATCH] Weight "o/w"');
    expect(() => weight.assign(disposed())).toThrow('[INPUT_INVALID] Weight "o/w"');
  });

  it('is refused by what a host tensor gives', () => {
    for (const use of ['array', 'tensor', 'clone', 'row'] as const)
      expect(() => gone()[use](0)).toThrow('[SHAPE_MISMATCH] HostTensor');
    expect(() => gone().cast('int32')).toThrow('[SHAPE_MISMATCH]');
  });

  it('is refused inside a Lambda and by a layer', () => {
    const constant = disposed();
    const x = input({ shape: [1] });
    expect(() => lambda((values: tf.Tensor) => tf.add(values, constant)).apply(x)).toThrow(
      /^\[[A-Z_]+\] Lambda/,
    );
    expect(() => dense({ units: 1, name: 'd' }).apply(disposed() as tf.Tensor)).toThrow(
      /^\[[A-Z_]+\] Dense "d"/,
    );
  });
});
