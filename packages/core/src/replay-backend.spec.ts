import { beforeAll, describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { capture, HostTensor, type Program } from '@lamella/program';
import type { Executable } from './backend.js';
import { hostBuffer } from './host-buffer.js';
import { replayBackend } from './replay-backend.js';

const backend = replayBackend({ name: 'test', load: () => Promise.resolve('cpu') });
const spec = { name: 'x', shape: [2], dtype: 'float32' } as const;
const host = (...values: number[]): HostTensor => new HostTensor(new Float32Array(values), [values.length]);
const doubled: Program = capture((x) => tf.mul(x, 2), [spec]).program;

const key = { seed: 0, step: 0 };

async function run(
  executable: Executable,
  x: HostTensor,
  dtype: 'float32' | 'int32' = 'float32',
): Promise<HostTensor> {
  const output = backend.buffer({ shape: [2], dtype });
  await executable.run([hostBuffer(x)], [output], key);
  return output.read();
}

beforeAll(() => {
  tf.env().set('IS_TEST', true); // tfjs greets Node's users else
  return tf.setBackend('cpu');
});

describe('a replay backend', () => {
  it('runs a Program on host tensors and leaves none of tfjs', async () => {
    const before = tf.memory().numTensors;
    const executable = await backend.compile(doubled);
    expect((await run(executable, host(1, 2))).array()).toEqual([2, 4]);
    expect(tf.memory().numTensors).toBe(before);
  });

  it('has memory of the host, which is read without a copy', async () => {
    const executable = await backend.compile(doubled);
    const target = backend.buffer({ shape: [2], dtype: 'float32' });
    const view = await target.read();
    await executable.run([hostBuffer(host(1, 2))], [target], key);
    expect(await target.read()).toBe(view);
    expect(view.array()).toEqual([2, 4]);
  });

  it('widens narrow integers on entry', async () => {
    const { program } = capture((x) => tf.add(x, x), [{ ...spec, dtype: 'int32', storage: 'uint8' }]);
    const executable = await backend.compile(program);
    const result = await run(executable, new HostTensor(new Uint8Array([200, 3]), [2], 'uint8'), 'int32');
    expect(result.array()).toEqual([400, 6]);
  });

  it("leaves tfjs' current backend as it is, after failures too", async () => {
    tf.registerBackend('mine', () => tf.engine().findBackend('cpu'));
    await tf.setBackend('mine');
    try {
      const executable = await backend.compile(doubled);
      await run(executable, host(1, 2));
      await expect(run(executable, host(1, 2, 3))).rejects.toThrow('[SHAPE_MISMATCH]');
      expect(tf.getBackend()).toBe('mine');
    } finally {
      await tf.setBackend('cpu');
    }
  });

  it('hands on that its tfjs backend cannot be loaded', async () => {
    const broken = replayBackend({ name: 'x', load: () => Promise.reject(new Error('no library')) });
    await expect(broken.compile(doubled)).rejects.toThrow('no library');
    expect(tf.getBackend()).toBe('cpu');
  });

  it('refuses a Program with a kernel that its tfjs backend lacks, and names the layer', async () => {
    const program = doubled.with({
      nodes: doubled.nodes.map((node) => ({ ...node, kernel: 'Imagined', scope: 'head' })),
    });
    await expect(backend.compile(program)).rejects.toThrow(
      '[KERNEL_UNSUPPORTED] Layer "head": kernel Imagined has no implementation in tfjs\' cpu backend',
    );
  });

  it('runs no more once disposed of', async () => {
    const executable = await backend.compile(doubled);
    executable.dispose();
    await expect(run(executable, host(1, 2))).rejects.toThrow('[EXECUTABLE_DISPOSED]');
  });
});
