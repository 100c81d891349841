import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { capture, HostTensor, OpenProgram, type Program } from '@lamella/program';
import type { Executable } from './backend.js';
import { ExecutableBySize } from './executable-by-size.js';
import { hostBuffer } from './host-buffer.js';
import { replayBackend } from './replay-backend.js';

const backend = replayBackend({ name: 'cpu', load: () => Promise.resolve('cpu') });
const at = (rows: number): Program =>
  capture((x) => tf.mul(x, 2), [{ name: 'x', shape: [rows, 1], dtype: 'float32' }]).program;
const key = { seed: 0, step: 0 };
const run = (executable: Executable, rows: number): Promise<void> =>
  executable.run(
    [hostBuffer(HostTensor.zeros([rows, 1]))],
    [backend.buffer({ shape: [rows, 1], dtype: 'float32' })],
    key,
  );

/** Counts what is compiled and what of that is alive. */
function counting(compile = (program: Program): Promise<Executable> => backend.compile(program)) {
  const counts = { compiled: 0, alive: 0 };
  const executable = new ExecutableBySize(backend, new OpenProgram(at, ['batch']), async (program) => {
    counts.compiled++;
    const one = await compile(program);
    counts.alive++;
    return {
      backend,
      run: (...args) => one.run(...args),
      dispose: () => {
        counts.alive--;
        one.dispose();
      },
    };
  });
  return { executable, counts };
}

describe('the executables of an open Program', () => {
  it('are compiled once a size', async () => {
    const { executable, counts } = counting();
    for (const rows of [1, 2, 2, 1, 3, 1]) await run(executable, rows);
    expect(counts).toEqual({ compiled: 3, alive: 3 });
  });

  it('are 32 at most, and go when they have not been used for longest', async () => {
    const { executable, counts } = counting();
    for (let rows = 1; rows <= 32; rows++) await run(executable, rows);
    for (const rows of [1, 33, 1]) await run(executable, rows);
    expect(counts).toEqual({ compiled: 33, alive: 32 });
    await run(executable, 2);
    expect(counts).toEqual({ compiled: 34, alive: 32 });
    executable.dispose();
    await Promise.resolve();
    expect(counts.alive).toBe(0);
  });

  it('are tried again where one could not be compiled', async () => {
    let isBroken = true;
    const { executable, counts } = counting((program) =>
      isBroken ? Promise.reject(new Error('out of memory')) : backend.compile(program),
    );
    await expect(run(executable, 1)).rejects.toThrow('out of memory');
    isBroken = false;
    await run(executable, 1);
    expect(counts).toEqual({ compiled: 2, alive: 1 });
  });

  it('need a batch', async () => {
    await expect(counting().executable.run([], [], key)).rejects.toThrow(
      '[EXECUTABLE_INVALID] Executable: expected a batch as its first input, got none',
    );
  });
});
