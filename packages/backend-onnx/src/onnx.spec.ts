import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { capture, HostTensor } from '@lamella/program';
import { testBackend } from '@lamella/testing';
import { onnx } from './onnx.js';

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
    const executable = await onnx().compile(
      capture((a, b) => [tf.floorDiv(a!, b!), tf.mod(a!, b!)], [ints, { ...ints, name: 'b' }]).program,
    );
    const tensor = (...values: number[]): HostTensor => new HostTensor(Int32Array.from(values), [2], 'int32');
    const results = await executable.run([tensor(7, -7), tensor(0, 2)]);
    expect(results.map((result) => result.array())).toEqual([
      [0, -4],
      [0, 1],
    ]);
    executable.dispose();
  });

  it('gives the same bits with weights that are known beforehand, also where they change afterwards', async () => {
    const values = (rows: number, columns: number): HostTensor =>
      new HostTensor(
        Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i)),
        [rows, columns],
      );
    const inputs = [values(32, 784), values(784, 50)];
    const { program } = capture(
      (x, w) => tf.matMul(x!, tf.relu(w!)),
      inputs.map(({ shape }, i) => ({ name: `x${i}`, shape, dtype: 'float32' })),
    );
    const ordinary = await onnx().compile(program);
    const frozen = await onnx().compile(program, { frozen: new Map([[1, inputs[1]!]]) });
    const [expected] = await ordinary.run(inputs);
    inputs[1]!.data.fill(0);
    const [actual] = await frozen.run(inputs);
    expect(actual!.data).toEqual(expected!.data);
    ordinary.dispose();
    frozen.dispose();
  });
});
