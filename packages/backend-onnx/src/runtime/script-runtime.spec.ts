// onnxruntime-node where its library cannot be called directly, since koffi is not installed.
import { afterAll, describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { hostBuffer } from '@lamella/core';
import { capture, HostTensor } from '@lamella/program';
import { testBackend } from '@lamella/testing';
import { NativeLibrary } from './native-library.js';
import { ScriptRuntime } from './script-runtime.js';

jest.unstable_mockModule('koffi', () => {
  throw new Error('koffi is not installed');
});
afterAll(() => void jest.unstable_unmockModule('koffi'));
const { onnx } = await import('../onnx.js');
const backend = onnx({ smallWork: false, runtime: 'native' });

testBackend('onnx without koffi', () => backend, { tolerance: 1e-5 });

describe('onnxruntime-node without koffi', () => {
  it('leaves no copies of outputs that were written where they were wanted', async () => {
    const create = jest.spyOn(ScriptRuntime.prototype, 'createSession');
    const call = jest.spyOn(NativeLibrary.prototype, 'call');
    const rows = 1000;
    const { program } = capture(
      (x) => tf.matMul(x, x),
      [{ name: 'x', shape: [rows, rows], dtype: 'float32' }],
      { subject: 'square' },
    );
    const executable = await backend.compile(program);
    const x = HostTensor.zeros([rows, rows], 'float32');
    for (let i = 0; i < rows; i++) x.data[i * rows + i] = i;
    const output = backend.buffer(x);
    const run = (): Promise<void> => executable.run([hostBuffer(x)], [output], { seed: 0, step: 0 });
    await run();
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 8; i++) await run();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * x.data.byteLength);
    expect((await output.read()).data[rows * rows - 1]).toBe((rows - 1) ** 2);
    executable.dispose();
    expect(create).toHaveBeenCalledTimes(1);
    expect(call).not.toHaveBeenCalled();
  });
});
