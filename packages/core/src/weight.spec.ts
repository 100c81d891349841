import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { capture, HostTensor } from '@lamella/program';
import type { Backend } from './backend.js';
import { replayBackend } from './replay-backend.js';
import { Weight } from './weight.js';

const weightOf = (values: number[], dtype: 'float32' | 'int32' | 'uint8' = 'float32'): Weight => {
  const Type = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array }[dtype];
  return new Weight({
    name: 'kernel',
    owner: 'dense',
    value: new HostTensor(new Type(values), [values.length], dtype),
  });
};
const replay = (name: string): Backend => replayBackend({ name, load: () => Promise.resolve('cpu') });
const host = (values: number[]): HostTensor => new HostTensor(new Float32Array(values), [values.length]);

beforeAll(() => {
  tf.env().set('IS_TEST', true); // tfjs greets Node's users else
  return tf.setBackend('cpu');
});

describe('a weight', () => {
  it('has a path, a shape, a dtype and trains unless told otherwise', () => {
    const weight = weightOf([1, 2]);
    expect(weight).toMatchObject({
      name: 'dense/kernel',
      shortName: 'kernel',
      shape: [2],
      dtype: 'float32',
      trainable: true,
      regularizer: null,
      constraint: null,
    });
    expect(weight.buffer.backend).toBeNull();
    expect(weight.size).toBe(2);
  });

  it('is read as a copy outside a capture', async () => {
    const weight = weightOf([1, 2]);
    const tensor = weight.read();
    weight.set(host([3, 4]));
    expect([...tensor.dataSync()]).toEqual([1, 2]);
    expect((await weight.values()).array()).toEqual([3, 4]);
    tensor.dispose();
  });

  it('is assigned at once outside a capture, without keeping the tensor', async () => {
    const weight = weightOf([1, 2]);
    const before = tf.memory().numTensors;
    tf.tidy(() => weight.assign(tf.tensor1d([5, 6])));
    expect((await weight.values()).array()).toEqual([5, 6]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes int32 tensors for narrow integers', async () => {
    const weight = weightOf([1, 2], 'uint8');
    tf.tidy(() => weight.assign(tf.tensor1d([7, 8], 'int32')));
    expect((await weight.values()).dtype).toBe('uint8');
    expect((await weight.values()).array()).toEqual([7, 8]);
  });

  it('is an input and an update of the Program inside a capture, and a read sees what was assigned', async () => {
    const weight = weightOf([1, 2]);
    const { program, slots } = capture(
      (x) => {
        weight.assign(tf.add(weight.read(), x));
        return tf.mul(weight.read(), 10);
      },
      [{ name: 'x', shape: [2], dtype: 'float32' }],
    );
    expect(slots).toEqual([weight]);
    expect(program.inputs.map((one) => one.kind)).toEqual(['argument', 'state']);
    expect(program.updates).toEqual([{ output: 1, input: 1 }]);
    const multiplied = program.nodes.find((node) => node.kernel === 'Multiply')!;
    const added = program.nodes.find((node) => node.kernel === 'Add')!;
    expect(Object.values(multiplied.inputs)).toContain(added.outputs[0]);
    expect((await weight.values()).array()).toEqual([1, 2]);
  });

  it('moves its values to a backend, and from one to another', async () => {
    const weight = weightOf([1, 2]);
    const first = weight.buffer;
    for (const backend of [replay('one'), replay('two')]) {
      await weight.moveTo(backend);
      expect(weight.buffer.backend).toBe(backend);
      expect((await weight.values()).array()).toEqual([1, 2]);
    }
    await expect(first.read()).rejects.toThrow('[BUFFER_DISPOSED] Buffer float32[2]');
    weight.set(host([3, 4]));
    const tensor = weight.read();
    expect([...tensor.dataSync()]).toEqual([3, 4]);
    tensor.dispose();
  });

  it('cannot be read at once, outside a capture, where its values lie on a device', async () => {
    const device: Backend = {
      ...replay('gpu'),
      buffer: ({ shape, dtype }) => ({
        shape,
        dtype,
        backend: device,
        read: async () => host([1, 2]),
        write: () => undefined,
        dispose: () => undefined,
      }),
    };
    const weight = weightOf([1, 2]);
    await weight.moveTo(device);
    expect(() => weight.read()).toThrow(
      '[WEIGHT_AWAY] Weight "dense/kernel": expected values in host memory, got them in memory of backend "gpu"',
    );
  });

  it.each<[string, (weight: Weight) => void, RegExp]>([
    ['set', (weight) => weight.set(host([1, 2, 3])), /SHAPE_MISMATCH.*expected shape \[2\], got \[3\]/],
    [
      'set with another dtype',
      (weight) => weight.set(new HostTensor(new Int32Array(2), [2], 'int32')),
      /DTYPE_MISMATCH.*expected float32, got int32/,
    ],
    ['assign', (weight) => weight.assign(tf.zeros([2, 1])), /SHAPE_MISMATCH.*\[2\], got \[2, 1\]/],
    [
      'assign with another dtype',
      (weight) => weight.assign(tf.zeros([2], 'int32')),
      /DTYPE_MISMATCH.*expected float32, got int32/,
    ],
  ])('refuses what does not fit: %s', async (_, change, message) => {
    const weight = weightOf([1, 2]);
    expect(() => tf.tidy(() => change(weight))).toThrow(message);
    expect(() => tf.tidy(() => change(weight))).toThrow('Weight "dense/kernel"');
    expect((await weight.values()).array()).toEqual([1, 2]);
  });
});
