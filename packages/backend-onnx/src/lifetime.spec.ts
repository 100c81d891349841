import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { compose, input, Weight, type Backend, type Buffer } from '@lamella/core';
import { sharedArena } from '@lamella/fused';
import { dense, layers } from '@lamella/layers';
import { capture, HostTensor, type Program } from '@lamella/program';
import { runProgram } from '@lamella/testing';
import { adam, training, type Callback, type Model } from '@lamella/training';
import * as tf from '@tensorflow/tfjs-core';
import { onnx } from './onnx.js';
import { NativeLibrary } from './runtime/native-library.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const backend = onnx({ smallWork: false });
const kibibyte = 1024;
const mebibyte = 1024 * kibibyte;

/** Collects garbage until `isDone`, or a few times, for what is freed a task later. */
async function settle(isDone?: () => boolean): Promise<void> {
  for (let i = 0; i < (isDone === undefined ? 6 : 1000) && isDone?.() !== true; i++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A product for ONNX Runtime, and an update by it for the loops. Inputs: x and the weight; outputs: a sum and the update. */
function step(): Program {
  const weight = new Weight({ name: 'w', owner: 'step', value: ones() });
  return capture(
    (x) => {
      const product = tf.matMul(x, weight.read());
      weight.assign(tf.add(tf.mul(product, 0.5), weight.read()));
      return tf.sum(product);
    },
    [{ name: 'x', shape: [64, 64], dtype: 'float32' }],
  ).program;
}

const key = { seed: 0, step: 0 };

function buffersOf(own: Backend): Record<'x' | 'weight' | 'sum', Buffer> {
  const [x, weight] = [own.buffer(ones()), own.buffer(ones())];
  for (const buffer of [x, weight]) buffer.write(ones());
  return { x, weight, sum: own.buffer({ shape: [], dtype: 'float32' }) };
}

const ones = (): HostTensor => new HostTensor(new Float32Array(64 * 64).fill(1), [64, 64]);

function classifier(): Model {
  const { model } = compose({ backend, plugins: [layers, training] });
  const pixels = input({ shape: [64] });
  const hidden = dense({ units: 128, activation: 'relu' }).apply(pixels);
  const net = model({ inputs: pixels, outputs: dense({ units: 10, activation: 'softmax' }).apply(hidden) });
  net.compile({ optimizer: adam(), loss: 'sparse_categorical_crossentropy', metrics: ['accuracy'] });
  return net;
}

const x = new HostTensor(
  Float32Array.from({ length: 128 * 64 }, (_, i) => Math.sin(i)),
  [128, 64],
);
const y = new HostTensor(
  Int32Array.from({ length: 128 }, (_, i) => i % 10),
  [128],
  'int32',
);

async function fitted(epochs: number, callbacks: Callback[] = []): Promise<void> {
  await classifier().fit(x, y, { epochs, verbose: 0, callbacks });
}

/** Units: bytes. */
interface Usage {
  readonly arena: number;
  readonly heap: number;
  readonly outside: number;
}

async function usage(): Promise<Usage> {
  await settle();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { arena: sharedArena().used, heap: heapUsed, outside: external + arrayBuffers };
}

describe('the memory of executables', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('is freed, and the session released, where they are collected without having been disposed of', async () => {
    const release = jest.spyOn(NativeLibrary.prototype, 'release');
    const released = (): unknown[] => release.mock.calls.filter(([name]) => name === 'ReleaseSession');
    await settle();
    const before = sharedArena().used;
    await (async () => {
      const program = step();
      const executable = await backend.compile(program);
      await runProgram(executable, program, [ones(), ones()]);
      expect(sharedArena().used).toBeGreaterThan(before);
    })();
    await settle(() => sharedArena().used === before && released().length > 0);
    expect(sharedArena().used).toBe(before);
    expect(released()).toHaveLength(1);
  });

  it('is freed at once by dispose()', async () => {
    const buffers = buffersOf(backend);
    await settle();
    const before = sharedArena().used;
    const executable = await backend.compile(step());
    await executable.run([buffers.x, buffers.weight], [buffers.sum], key);
    executable.dispose();
    expect(sharedArena().used).toBe(before);
  });

  it.each(['native', 'wasm'] as const)(
    'is freed after the run that goes on when they are disposed of: %s',
    async (runtime) => {
      const own = onnx({ runtime, smallWork: false });
      const executable = await own.compile(step());
      const { x, weight, sum } = buffersOf(own);
      await settle();
      const before = sharedArena().used;
      const running = executable.run([x, weight], [sum], key);
      executable.dispose();
      executable.dispose();
      expect(sharedArena().used).toBe(before);
      await running;
      expect((await sum.read()).data[0]).toBe(64 ** 3);
      expect((await weight.read()).data.every((value) => value === 33)).toBe(true);
      expect(sharedArena().used).toBeLessThan(before);
      await expect(executable.run([x, weight], [sum], key)).rejects.toThrow('[EXECUTABLE_DISPOSED]');
    },
  );

  it('keeps what a run reads and writes until it has ended', async () => {
    const executable = await backend.compile(step());
    await settle();
    const before = sharedArena().used;
    const running = (() => {
      const { x, weight, sum } = buffersOf(backend);
      return executable.run([x, weight], [sum], key).then(() => weight.read());
    })();
    collect();
    expect(sharedArena().used).toBeGreaterThanOrEqual(before + 2 * 64 * 64 * 4);
    expect((await running).data.every((value) => value === 33)).toBe(true);
    executable.dispose();
  });
});

describe('the memory of models', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('is the same after ten epochs and after a hundred', async () => {
    const seen = new Map<number, Usage>();
    await fitted(100, [
      {
        onEpochEnd: async (epoch) => {
          if (epoch === 9 || epoch === 99) seen.set(epoch, await usage());
        },
      },
    ]);
    const [early, late] = [seen.get(9)!, seen.get(99)!];
    expect(late.arena).toBe(early.arena);
    expect(late.outside - early.outside).toBeLessThan(512 * kibibyte);
    expect(late.heap - early.heap).toBeLessThan(4 * mebibyte);
  });

  it('is the same after ten models that were built, fitted and dropped, and after a hundred', async () => {
    const seen: Usage[] = [];
    for (let count = 1; count <= 100; count++) {
      await fitted(1);
      if (count % 10 === 0) collect();
      if (count === 10 || count === 100) seen.push(await usage());
    }
    const [early, late] = seen as [Usage, Usage];
    expect(late.arena).toBe(early.arena);
    expect(late.outside - early.outside).toBeLessThan(512 * kibibyte);
    expect(late.heap - early.heap).toBeLessThan(8 * mebibyte);
  });

  it('is the same after predictions of fifty sizes, time and again, and all sessions go with the model', async () => {
    const create = jest.spyOn(NativeLibrary.prototype, 'create');
    const release = jest.spyOn(NativeLibrary.prototype, 'release');
    const alive = (): number =>
      create.mock.calls.filter(([name]) => name === 'CreateSessionFromArray').length -
      release.mock.calls.filter(([name]) => name === 'ReleaseSession').length;
    const net = classifier();
    const seen: (Usage & { readonly sessions: number })[] = [];
    for (let round = 1; round <= 6; round++) {
      for (let size = 1; size <= 50; size++) await net.predictOnBatch(HostTensor.zeros([size, 64]));
      if (round === 2 || round === 6) seen.push({ ...(await usage()), sessions: alive() });
    }
    const [early, late] = seen as [(typeof seen)[0], (typeof seen)[0]];
    expect(late.arena).toBe(early.arena);
    expect(late.outside - early.outside).toBeLessThan(512 * kibibyte);
    expect(late.sessions).toBeLessThanOrEqual(3);
    net.dispose();
    await settle(() => alive() === 0);
    expect(alive()).toBe(0);
  });
});
