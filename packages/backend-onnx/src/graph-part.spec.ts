import { describe, expect, it, jest } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { capture, HostTensor, withScope } from '@lamella/program';
import { hostBuffer } from '@lamella/core';
import { runProgram } from '@lamella/testing';
import { onnx } from './onnx.js';
import { NativeLibrary } from './runtime/native-library.js';
import { watchedSessions } from './watched-sessions.spec.js';

const native = onnx({ smallWork: false, runtime: 'native' });

/** `x[i]`. */
const gathering = () =>
  capture(
    (x, i) => withScope('net/pick', () => tf.gather(x!, i as tf.Tensor1D)),
    [
      { name: 'x', shape: [3, 2], dtype: 'float32' },
      { name: 'i', shape: [1], dtype: 'int32' },
    ],
  ).program;

describe('the graph of a Program', () => {
  it('writes outputs where they are wanted, and copies nothing', async () => {
    const call = jest.spyOn(NativeLibrary.prototype, 'call');
    const rows = 1000;
    const { program } = capture(
      (x) => tf.matMul(x, x),
      [{ name: 'x', shape: [rows, rows], dtype: 'float32' }],
      { subject: 'square' },
    );
    const executable = await native.compile(program);
    const x = HostTensor.zeros([rows, rows], 'float32');
    for (let i = 0; i < rows; i++) x.data[i * rows + i] = i;
    const output = native.buffer(x);
    const run = (): Promise<void> => executable.run([hostBuffer(x)], [output], { seed: 0, step: 0 });
    await run();
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 8; i++) await run();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(x.data.byteLength / 10);
    expect((await output.read()).data[rows * rows - 1]).toBe((rows - 1) ** 2);
    expect(call.mock.calls.filter(([name]) => name === 'Run')).toHaveLength(9);
    call.mockRestore();
    executable.dispose();
  });

  it.each(['native', 'wasm'] as const)(
    'fails with a coded error that names the layer: %s',
    async (runtime) => {
      const { sessions, restore } = await watchedSessions({ runtime });
      const program = gathering();
      const executable = await onnx({ smallWork: false, runtime }).compile(program);
      restore();
      const x = new HostTensor(Float32Array.of(0, 1, 2, 3, 4, 5), [3, 2]);
      const at = (i: number): HostTensor => new HostTensor(Int32Array.of(i), [1], 'int32');
      const failing = jest.spyOn(sessions[0]!, 'run').mockImplementation(() => {
        throw new Error("Non-zero status code. Name:'net/pick/Gather_1' Status Message: bad allocation");
      });
      await expect(runProgram(executable, program, [x, at(2)])).rejects.toThrow(
        /^\[RUN_FAILED\] Layer "net\/pick": .*bad allocation/,
      );
      failing.mockRestore();
      expect((await runProgram(executable, program, [x, at(2)]))[0]!.array()).toEqual([[4, 5]]);
      executable.dispose();
    },
  );

  it.each(['native', 'wasm'] as const)(
    'reads what an index below 0 counts from the end, and nothing out of bounds: %s',
    async (runtime) => {
      const program = gathering();
      const executable = await onnx({ smallWork: false, runtime }).compile(program);
      const x = new HostTensor(Float32Array.of(0, 1, 2, 3, 4, 5), [3, 2]);
      const at = async (i: number): Promise<unknown> =>
        (
          await runProgram(executable, program, [x, new HostTensor(Int32Array.of(i), [1], 'int32')])
        )[0]!.array();
      expect(await at(-1)).toEqual([[4, 5]]);
      expect(await at(3)).toEqual([[NaN, NaN]]);
      expect(await at(-4)).toEqual([[NaN, NaN]]);
      executable.dispose();
    },
  );

  it('refuses tensors whose memory was transferred away since the last run', async () => {
    const program = gathering();
    const executable = await native.compile(program);
    const x = HostTensor.zeros([3, 2]);
    const i = HostTensor.zeros([1], 'int32');
    await runProgram(executable, program, [x, i]);
    structuredClone(x.data, { transfer: [x.data.buffer as ArrayBuffer] });
    await expect(runProgram(executable, program, [x, i])).rejects.toThrow(/transferred/);
    executable.dispose();
  });
});
