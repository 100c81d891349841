import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {
  allocateArray,
  bytesPerElement,
  computeDType,
  isArrayOf,
  dtypes,
  isDType,
  tfjsDType,
  type DType,
} from './dtype.js';
import { HostTensor, isHostTensor, type AnyHostTensor } from './host-tensor.js';

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

  it.each(dtypes)('of zeros in %s', (dtype) => {
    const zeros = HostTensor.zeros([2, 2], dtype);
    const zero = dtype === 'string' ? '' : dtype === 'complex64' ? [0, 0] : 0;
    expect(zeros.dtype).toBe(dtype);
    expect(zeros.size).toBe(4);
    expect(zeros.array()).toEqual([
      [zero, zero],
      [zero, zero],
    ]);
    expect(isArrayOf(dtype, zeros.data)).toBe(true);
  });

  it('is made of nested arrays, in the dtype that their values have or in the one asked for', () => {
    const made = (...args: Parameters<typeof HostTensor.fromArray>): unknown[] => {
      const { dtype, shape, data } = HostTensor.fromArray(...args) as AnyHostTensor;
      return [dtype, shape, data];
    };
    expect(made([[1, 2.5]])).toEqual(['float32', [1, 2], Float32Array.of(1, 2.5)]);
    expect(made(7)).toEqual(['float32', [], Float32Array.of(7)]);
    expect(made([true, false])).toEqual(['bool', [2], Uint8Array.of(1, 0)]);
    expect(made([2n ** 62n])).toEqual(['int64', [1], BigInt64Array.of(2n ** 62n)]);
    expect(made(['a', ''])).toEqual(['string', [2], ['a', '']]);
    expect(made([1, -1], 'int64')).toEqual(['int64', [2], BigInt64Array.of(1n, -1n)]);
    expect(made([1, 0.1], 'float16')).toEqual(['float16', [2], Uint16Array.of(0x3c00, 0x2e66)]);
    expect(made([1n, 2n], 'int8')).toEqual(['int8', [2], Int8Array.of(1, 2)]);
    expect(made([], 'uint32')).toEqual(['uint32', [0], new Uint32Array(0)]);
    expect(() => HostTensor.fromArray([[1, 2], [3]])).toThrow(
      '[SHAPE_MISMATCH] HostTensor: expected a list of 2 at [1], got a list of 1.',
    );
    expect(() => HostTensor.fromArray([1, [2]])).toThrow('expected a value at [1], got a list of 1');
    expect(() => HostTensor.fromArray([1, 'a'])).toThrow(
      'expected values of one kind, got number and string',
    );
    expect(() => HostTensor.fromArray([null as never])).toThrow('expected a number at [0], got null');
    expect(() => HostTensor.fromArray([128], 'int8')).toThrow('[VALUE_OUT_OF_RANGE]');
    expect(() => HostTensor.fromArray([2n ** 63n])).toThrow('[VALUE_OUT_OF_RANGE]');
    expect(() => HostTensor.fromArray(['a'], 'float32')).toThrow('[DTYPE_MISMATCH]');
  });

  it('shows 64-bit integers as numbers where numbers hold each of them, else as bigints', () => {
    expect(new HostTensor(BigInt64Array.of(1n, -5n), [2], 'int64').array()).toEqual([1, -5]);
    const wide = new HostTensor(BigInt64Array.of(2n ** 53n, 1n), [2], 'int64');
    expect(wide.array()).toEqual([2n ** 53n, 1n]);
  });

  it('shows narrow floats by their values, complex numbers as pairs, strings as they are', () => {
    expect(new HostTensor(Uint16Array.of(0x3c00, 0xc000), [2], 'float16').array()).toEqual([1, -2]);
    expect(new HostTensor(Uint16Array.of(0x3f80, 0xc000), [2], 'bfloat16').array()).toEqual([1, -2]);
    expect(new HostTensor(Float32Array.of(1, 2, 3, 4), [2], 'complex64').array()).toEqual([
      [1, 2],
      [3, 4],
    ]);
    expect(new HostTensor(['a', 'b'], [1, 2], 'string').array()).toEqual([['a', 'b']]);
  });

  it('converts to other dtypes as NumPy does, and refuses integers that do not fit', () => {
    const floats = new HostTensor(Float32Array.of(-1.75, 0, 2.5), [3]);
    expect(floats.cast('float32')).toBe(floats);
    expect(floats.cast('int32').array()).toEqual([-1, 0, 2]);
    expect(floats.cast('bool').array()).toEqual([1, 0, 1]);
    expect(floats.cast('int64').data).toEqual(BigInt64Array.of(-1n, 0n, 2n));
    expect(floats.cast('float64').data).toEqual(Float64Array.of(-1.75, 0, 2.5));
    expect(floats.cast('bfloat16').cast('float32').array()).toEqual([-1.75, 0, 2.5]);
    expect(
      HostTensor.fromArray([2n ** 31n - 1n])
        .cast('int32')
        .array(),
    ).toEqual([2147483647]);
    expect(new HostTensor(Float64Array.of(1e300), [1], 'float64').cast('float32').array()).toEqual([
      Infinity,
    ]);
    expect(() => HostTensor.fromArray([7n, 2n ** 31n]).cast('int32')).toThrow(
      '[VALUE_OUT_OF_RANGE] HostTensor: expected values that int32 holds, got 2147483648 (int64) at position 1.',
    );
    expect(() => floats.cast('uint8', 'Input "pixels"')).toThrow(
      '[VALUE_OUT_OF_RANGE] Input "pixels": expected values that uint8 holds, got -1 (float32) at position 0.',
    );
    expect(() => HostTensor.fromArray([NaN]).cast('int32')).toThrow('got NaN');
    expect(() => HostTensor.fromArray([NaN]).cast('int64')).toThrow('got NaN');
    expect(() => floats.cast('string')).toThrow('[DTYPE_MISMATCH] HostTensor: expected string, got float32');
    expect(() => HostTensor.zeros([1], 'complex64').cast('float32')).toThrow('[DTYPE_MISMATCH]');
  });

  it('becomes a tensor of its own memory', () => {
    const cases = [
      [new HostTensor(new Float32Array([1.5, -2]), [2]), 'float32', [1.5, -2]],
      [new HostTensor(new Uint8Array([0, 255]), [2], 'uint8'), 'int32', [0, 255]],
      [new HostTensor(new Int8Array([-128, 127]), [2], 'int8'), 'int32', [-128, 127]],
      [new HostTensor(new Uint16Array([1, 65535]), [2], 'uint16'), 'int32', [1, 65535]],
      [new HostTensor(new Int32Array([1, 2]), [2], 'int32'), 'int32', [1, 2]],
      [new HostTensor(new Uint8Array([1, 0]), [2], 'bool'), 'bool', [1, 0]],
      [new HostTensor(Uint16Array.of(0x3c00, 0xc000), [2], 'float16'), 'float32', [1, -2]],
      [new HostTensor(Float64Array.of(0.5, 2), [2], 'float64'), 'float32', [0.5, 2]],
      [new HostTensor(Uint32Array.of(1, 2), [2], 'uint32'), 'int32', [1, 2]],
    ] as const;
    const before = tf.memory().numTensors;
    for (const [host, dtype, values] of cases) {
      const tensor = host.tensor();
      expect(tensor.dtype).toBe(dtype);
      expect(tensor.shape).toEqual([2]);
      (host.data as Float32Array).fill(0);
      expect([...tensor.dataSync()]).toEqual(values);
      tensor.dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
    const wide = [
      [HostTensor.fromArray([1n, -2n]), 'int32', [1, -2]],
      [HostTensor.fromArray(['a', 'b']), 'string', ['a', 'b']],
    ] as const;
    for (const [host, dtype, values] of wide) {
      const tensor = (host as AnyHostTensor).tensor();
      expect(tensor.dtype).toBe(dtype);
      expect(tensor.arraySync()).toEqual(values);
      tensor.dispose();
    }
    const complex = new HostTensor(Float32Array.of(1, 2, 3, 4), [2], 'complex64').tensor();
    expect(complex.dtype).toBe('complex64');
    expect([...complex.dataSync()]).toEqual([1, 2, 3, 4]);
    complex.dispose();
    expect(tf.memory().numTensors).toBe(before);
    expect(() => HostTensor.fromArray([2n ** 40n]).tensor()).toThrow('[VALUE_OUT_OF_RANGE]');
    expect(() => new HostTensor(Uint32Array.of(2 ** 31), [1], 'uint32').tensor()).toThrow(
      '2147483648 (uint32)',
    );
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
    expect(() => new HostTensor<DType>(new Float32Array(2), [2], 'float63' as never)).toThrow(
      '[DTYPE_MISMATCH] HostTensor: expected one of float32, float16, bfloat16, float64, int8, int16, int32, int64, uint8, uint16, uint32, bool, string, complex64, got float63',
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
    const widths = Object.fromEntries(dtypes.map((dtype) => [dtype, bytesPerElement(dtype)]));
    expect(widths).toEqual({
      ...{ float32: 4, float16: 2, bfloat16: 2, float64: 8, complex64: 8, bool: 1, string: 0 },
      ...{ int8: 1, int16: 2, int32: 4, int64: 8, uint8: 1, uint16: 2, uint32: 4 },
    });
    expect(allocateArray('int16', 3)).toEqual(new Int16Array(3));
    expect(allocateArray('complex64', 3)).toEqual(new Float32Array(6));
    expect(isArrayOf('bool', new Uint8Array(1))).toBe(true);
    expect(isArrayOf('uint8', new Int8Array(1))).toBe(false);
  });

  it('are told from other words', () => {
    expect(dtypes.every(isDType)).toBe(true);
    for (const name of ['float', 'toString', '__proto__', '', 1, null]) expect(isDType(name)).toBe(false);
  });

  it('are float32, int32, bool, complex64 or string to tfjs; floats keep their width inside Programs', () => {
    for (const dtype of dtypes) {
      const isWhole = /^u?int/.test(dtype);
      const isFloat = /float/.test(dtype);
      expect(tfjsDType(dtype)).toBe(isWhole ? 'int32' : isFloat ? 'float32' : dtype);
      expect(computeDType(dtype)).toBe(isWhole ? 'int32' : dtype);
    }
  });
});
