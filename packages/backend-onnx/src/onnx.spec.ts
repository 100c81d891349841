import { describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { hostBuffer } from '@lamella/core';
import { capture, HostTensor, readState, type StateSlot } from '@lamella/program';
import { runProgram, testBackend } from '@lamella/testing';
import { onnx } from './onnx.js';
import { NativeLibrary } from './runtime/native-library.js';

testBackend('onnx', () => onnx(), { tolerance: 1e-5 });
testBackend('onnx without small work', () => onnx({ smallWork: false }), { tolerance: 1e-5 });
testBackend('onnx wasm', () => onnx({ runtime: 'wasm', smallWork: false }), { tolerance: 1e-5 });

describe('onnx()', () => {
  it('is one backend for the same options', () => {
    expect(onnx()).toBe(onnx());
    expect(onnx({ threads: 1 })).toBe(onnx({ threads: 1 }));
    expect(onnx({ threads: 1 })).not.toBe(onnx());
    expect(onnx({ spinning: true })).not.toBe(onnx());
    expect(onnx({ spinning: false })).not.toBe(onnx());
  });

  it('is available here', async () => {
    expect(await onnx().isAvailable()).toBe(true);
  });

  it('computes natively by itself, and where it is told to', async () => {
    expect(await onnx().runtime()).toBe('native');
    expect(await onnx({ runtime: 'native' }).runtime()).toBe('native');
    expect(await onnx({ runtime: 'wasm' }).runtime()).toBe('wasm');
    expect(() => onnx({ runtime: 'webgl' as 'wasm' })).toThrow('[OPTION_INVALID]');
  });

  it('rejects a number of threads that is none', () => {
    expect(() => onnx({ threads: 0 })).toThrow('[OPTION_INVALID]');
    expect(() => onnx({ threads: 1.5 })).toThrow('[OPTION_INVALID]');
  });

  it('survives the division of integers by zero, and gives 0 as tfjs does', async () => {
    const ints = { name: 'a', shape: [2], dtype: 'int32' } as const;
    const { program } = capture(
      (a, b) => [tf.floorDiv(a!, b!), tf.mod(a!, b!)],
      [ints, { ...ints, name: 'b' }],
    );
    const executable = await onnx().compile(program);
    const tensor = (...values: number[]): HostTensor => new HostTensor(Int32Array.from(values), [2], 'int32');
    const results = await runProgram(executable, program, [tensor(7, -7), tensor(0, 2)]);
    expect(results.map((result) => result.array())).toEqual([
      [0, -4],
      [0, 1],
    ]);
    executable.dispose();
  });

  // ONNX Runtime fuses such a frame with the pooling, whose own padding never counts.
  it.each(['native', 'wasm'] as const)('lets zeros around an image be its maxima: %s', async (runtime) => {
    const image = HostTensor.zeros([1, 4, 4, 2]);
    image.data.fill(-1);
    const { program } = capture(
      (x, filter) => {
        const maps = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same');
        const framed = tf.pad(maps, [
          [0, 0],
          [1, 1],
          [0, 1],
          [0, 0],
        ]) as tf.Tensor4D;
        return tf.maxPool(framed, 3, 1, 'valid');
      },
      [
        { name: 'x', shape: image.shape, dtype: 'float32' },
        { name: 'filter', shape: [7, 7, 2, 1], dtype: 'float32' },
      ],
    );
    const executable = await onnx({ runtime, smallWork: false }).compile(program);
    const filter = HostTensor.zeros([7, 7, 2, 1]);
    filter.data.fill(1, 48, 50);
    const [maxima] = await runProgram(executable, program, [image, filter]);
    expect(maxima!.array()).toEqual([
      [
        [[0], [0], [0]],
        [[-2], [-2], [0]],
        [[-2], [-2], [0]],
        [[0], [0], [0]],
      ],
    ]);
    executable.dispose();
  });

  it('gives the same bits once it has built weights in that stay the same, and others once they change', async () => {
    const values = (rows: number, columns: number): HostTensor =>
      new HostTensor(
        Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i)),
        [rows, columns],
      );
    const weight: StateSlot = { name: 'w', shape: [784, 50], dtype: 'float32' };
    const x = { name: 'x', shape: [32, 784], dtype: 'float32' } as const;
    const { program } = capture((given) => tf.matMul(given, tf.relu(readState(weight))), [x]);
    const backend = onnx();
    const create = jest.spyOn(NativeLibrary.prototype, 'create');
    const sessions = (): number =>
      create.mock.calls.filter(([name]) => name === 'CreateSessionFromArray').length;
    const executable = await backend.compile(program);
    const [state, output] = [backend.buffer(weight), backend.buffer({ shape: [32, 50], dtype: 'float32' })];
    const results = async (count: number): Promise<number[][]> => {
      const found: number[][] = [];
      for (let i = 0; i < count; i++) {
        await executable.run([hostBuffer(values(32, 784)), state], [output], { seed: 0, step: i });
        found.push([...(await output.read()).data]);
      }
      return found;
    };
    for (const [factor, made] of [
      [1, 2],
      [2, 3],
    ] as const) {
      state.write(
        new HostTensor(
          values(784, 50).data.map((value) => factor * value),
          [784, 50],
        ),
      );
      const [first, ...others] = await results(20);
      for (const other of others) expect(other).toEqual(first);
      expect(sessions()).toBe(made);
    }
    executable.dispose();
    create.mockRestore();
  });
});
