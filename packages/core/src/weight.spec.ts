import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { capture, HostTensor } from '@lamella/program';
import { Weight } from './weight.js';

const weightOf = (values: number[], dtype: 'float32' | 'int32' | 'uint8' = 'float32'): Weight => {
  const Type = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array }[dtype];
  return new Weight({
    name: 'kernel',
    owner: 'dense',
    value: new HostTensor(new Type(values), [values.length], dtype),
  });
};
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
      version: 0,
    });
  });

  it('is read as a copy outside a capture', () => {
    const weight = weightOf([1, 2]);
    const tensor = weight.read();
    weight.set(host([3, 4]));
    expect([...tensor.dataSync()]).toEqual([1, 2]);
    expect(weight.value.array()).toEqual([3, 4]);
    tensor.dispose();
  });

  it('is assigned at once outside a capture, without keeping the tensor', () => {
    const weight = weightOf([1, 2]);
    const before = tf.memory().numTensors;
    tf.tidy(() => weight.assign(tf.tensor1d([5, 6])));
    expect(weight.value.array()).toEqual([5, 6]);
    expect(weight.version).toBe(1);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('takes int32 tensors for narrow integers', () => {
    const weight = weightOf([1, 2], 'uint8');
    tf.tidy(() => weight.assign(tf.tensor1d([7, 8], 'int32')));
    expect(weight.value.dtype).toBe('uint8');
    expect(weight.value.array()).toEqual([7, 8]);
  });

  it('is an input and an update of the Program inside a capture, and a read sees what was assigned', () => {
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
    expect(weight.value.array()).toEqual([1, 2]);
    expect(weight.version).toBe(0);
  });

  it('grows its version with each change', () => {
    const weight = weightOf([1, 2]);
    weight.set(host([1, 2]));
    weight.exchange(host([0, 0]));
    expect(weight.version).toBe(2);
  });

  it('exchanges its memory for another, and gives the old one back', () => {
    const weight = weightOf([1, 2]);
    const [old, next] = [weight.value, host([3, 4])];
    expect(weight.exchange(next)).toBe(old);
    expect(weight.value).toBe(next);
  });

  it('keeps its own dtype where an executor computes in a wider one', () => {
    const weight = weightOf([1, 2], 'uint8');
    const wide = new HostTensor(new Int32Array([9, 8]), [2], 'int32');
    expect(weight.exchange(wide)).toBe(wide);
    expect(weight.value.dtype).toBe('uint8');
    expect(weight.value.array()).toEqual([9, 8]);
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
    ['exchange', (weight) => weight.exchange(host([1])), /SHAPE_MISMATCH/],
  ])('refuses what does not fit: %s', (_, change, message) => {
    const weight = weightOf([1, 2]);
    expect(() => tf.tidy(() => change(weight))).toThrow(message);
    expect(() => tf.tidy(() => change(weight))).toThrow('Weight "dense/kernel"');
    expect(weight.value.array()).toEqual([1, 2]);
    expect(weight.version).toBe(0);
  });
});
