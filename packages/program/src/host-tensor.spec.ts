import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {
  allocateArray,
  bytesPerElement,
  computeDType,
  isArrayOf,
  isStorageDType,
  storageDTypes,
} from './dtype.js';
import { HostTensor, isHostTensor } from './host-tensor.js';

beforeAll(() => tf.setBackend('cpu'));

describe('a host tensor', () => {
  it('shows its values as nested arrays', () => {
    const values = new HostTensor(new Float32Array([1, 2, 3, 4, 5, 6]), [1, 3, 2]);
    expect(values.array()).toEqual([
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ]);
    expect(values.dtype).toBe('float32');
    expect(values.size).toBe(6);
    expect(new HostTensor(new Float32Array([7]), []).array()).toBe(7);
    expect(new HostTensor(new Float32Array(0), [2, 0]).array()).toEqual([[], []]);
  });

  it('shares its data, and copies it in a clone', () => {
    const data = new Float32Array([1, 2]);
    const shared = new HostTensor(data, [2]);
    const copy = shared.clone();
    data[0] = 9;
    expect(shared.array()).toEqual([9, 2]);
    expect(copy.array()).toEqual([1, 2]);
    expect(copy.dtype).toBe('float32');
  });

  it('cannot have its shape changed', () => {
    const shape = [2];
    const tensor = new HostTensor(new Float32Array(2), shape);
    shape[0] = 3;
    expect(tensor.shape).toEqual([2]);
    expect(Object.isFrozen(tensor.shape)).toBe(true);
  });

  it.each(storageDTypes)('of zeros in %s', (dtype) => {
    const zeros = HostTensor.zeros([2, 2], dtype);
    expect(zeros.dtype).toBe(dtype);
    expect(zeros.array()).toEqual([
      [0, 0],
      [0, 0],
    ]);
    expect(isArrayOf(dtype, zeros.data)).toBe(true);
  });

  it('becomes a tensor of its own memory', () => {
    const cases = [
      [new HostTensor(new Float32Array([1.5, -2]), [2]), 'float32', [1.5, -2]],
      [new HostTensor(new Uint8Array([0, 255]), [2], 'uint8'), 'int32', [0, 255]],
      [new HostTensor(new Int8Array([-128, 127]), [2], 'int8'), 'int32', [-128, 127]],
      [new HostTensor(new Uint16Array([1, 65535]), [2], 'uint16'), 'int32', [1, 65535]],
      [new HostTensor(new Int32Array([1, 2]), [2], 'int32'), 'int32', [1, 2]],
      [new HostTensor(new Uint8Array([1, 0]), [2], 'bool'), 'bool', [1, 0]],
    ] as const;
    const before = tf.memory().numTensors;
    for (const [host, dtype, values] of cases) {
      const tensor = host.tensor();
      expect(tensor.dtype).toBe(dtype);
      expect(tensor.shape).toEqual([2]);
      host.data.fill(0);
      expect([...tensor.dataSync()]).toEqual(values);
      tensor.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('refuses data that does not fit', () => {
    expect(() => new HostTensor(new Float32Array(3), [2, 2])).toThrow(
      '[SHAPE_MISMATCH] HostTensor: expected 4 elements for shape [2, 2], got 3.',
    );
    expect(() => new HostTensor(new Int32Array(2), [2])).toThrow(
      '[DTYPE_MISMATCH] HostTensor: expected the array class of float32, got Int32Array.',
    );
    expect(() => new HostTensor([1, 2] as never, [2])).toThrow('got Array');
    expect(() => new HostTensor(null as never, [2])).toThrow('got object');
    expect(() => new HostTensor(new Float32Array(2), [2], 'float64' as never)).toThrow(
      '[DTYPE_MISMATCH] HostTensor: expected one of float32, int32, uint16, int16, uint8, int8, bool, got float64',
    );
    expect(() => new HostTensor(new Float32Array(2), [-1, -2])).toThrow('[SHAPE_MISMATCH]');
  });

  it('is known by its brand', () => {
    expect(isHostTensor(HostTensor.zeros([1]))).toBe(true);
    expect(isHostTensor({ [Symbol.for('lamella.HostTensor')]: true })).toBe(true);
    for (const value of [null, undefined, 1, {}, new Float32Array(1)])
      expect(isHostTensor(value)).toBe(false);
  });
});

describe('dtypes', () => {
  it('know their arrays and how wide they are', () => {
    expect(storageDTypes.map(bytesPerElement)).toEqual([4, 4, 2, 2, 1, 1, 1]);
    expect(allocateArray('int16', 3)).toEqual(new Int16Array(3));
    expect(isArrayOf('bool', new Uint8Array(1))).toBe(true);
    expect(isArrayOf('uint8', new Int8Array(1))).toBe(false);
  });

  it('are told from other words', () => {
    expect(storageDTypes.every(isStorageDType)).toBe(true);
    for (const name of ['float64', 'string', 'toString', '__proto__', ''])
      expect(isStorageDType(name)).toBe(false);
  });

  it('compute in float32, int32 or bool', () => {
    expect(storageDTypes.map(computeDType)).toEqual([
      ...['float32', 'int32', 'int32', 'int32', 'int32', 'int32', 'bool'],
    ]);
  });
});
