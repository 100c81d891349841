import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import {
  capture,
  HostTensor,
  replay,
  type ArgumentSpec,
  type CaptureResult,
  type Program,
} from '@lamella/program';
import { compileProgram, type Path } from './compile-program.js';
import { createArena } from './memory/arena.js';

beforeAll(() => tf.setBackend('cpu'));

const arena = createArena({ bytes: 2 ** 24 });

function program(fn: (...inputs: tf.Tensor[]) => CaptureResult, ...args: ArgumentSpec[]): Program {
  return capture(fn, args).program;
}

async function run(of: Program, inputs: readonly HostTensor[], path: Path): Promise<HostTensor[]> {
  const fused = await compileProgram(of, { arena, path });
  const given = inputs.map((input) => {
    const tensor = arena.tensor(input.shape, input.dtype);
    tensor.data.set(input.data);
    return tensor;
  });
  const outputs = of.outputs.map(({ id }) => {
    const { shape, dtype } = of.type(id);
    return arena.tensor(shape, dtype as 'float32');
  });
  const bound = fused.bind(given, outputs);
  bound.run();
  bound.dispose();
  fused.dispose();
  return outputs;
}

const float = (name: string, ...shape: number[]): ArgumentSpec => ({ name, shape, dtype: 'float32' });
const host = (shape: number[], seed = 1): HostTensor => {
  let s = seed;
  const next = () => ((s = (s * 48271) % 2147483647), s / 2147483647 - 0.5);
  return new HostTensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => next() * 4),
    shape,
  );
};

async function same(of: Program, inputs: HostTensor[]) {
  const want = tf.tidy(() =>
    replay(
      of,
      inputs.map((i) => i.tensor()),
    ).map((t) => Array.from(t.dataSync())),
  );
  const simd = await run(of, inputs, 'simd');
  const plain = await run(of, inputs, 'plain');
  simd.forEach((t, i) =>
    expect(Buffer.from(t.data.slice().buffer)).toEqual(Buffer.from(plain[i]!.data.slice().buffer)),
  );
  simd.forEach((t, i) =>
    t.data.forEach((v, k) => {
      const w = want[i]![k]! as number;
      if (!(Math.abs(v - w) <= 1e-5 + 1e-5 * Math.abs(w)))
        throw new Error(`output ${i} [${k}]: ${v} instead of ${w}\n${of}`);
    }),
  );
}

describe('smoke', () => {
  it('runs', async () => {
    await same(
      program((x, y) => tf.mul(tf.add(x, y), 2), float('x', 3), float('y', 3)),
      [host([3]), host([3], 7)],
    );
    await same(
      program((x) => tf.exp(tf.tanh(tf.sigmoid(x))), float('x', 37)),
      [host([37])],
    );
    await same(
      program((x, y) => tf.add(tf.matMul(x, y), 1), float('x', 5, 6), float('y', 6, 7)),
      [host([5, 6]), host([6, 7], 7)],
    );
    await same(
      program((x, y) => tf.relu(tf.matMul(x, y, true, true)), float('x', 6, 5), float('y', 7, 6)),
      [host([6, 5]), host([7, 6], 7)],
    );
    await same(
      program((x, y) => tf.matMul(x, y), float('x', 5, 16), float('y', 16, 1)),
      [host([5, 16]), host([16, 1], 7)],
    );
    await same(
      program((x) => tf.softmax(x), float('x', 5, 10)),
      [host([5, 10])],
    );
    await same(
      program(
        (x) => [tf.sum(x), tf.mean(x, 0), tf.max(x, 1), tf.argMax(x, 1), tf.sum(tf.square(x), 1, true)],
        float('x', 9, 11),
      ),
      [host([9, 11])],
    );
    await same(
      program(
        (x) => [
          tf.transpose(tf.add(x, 1)),
          tf.tile(x, [2, 3]),
          tf.concat([x, tf.neg(x)], 1),
          tf.pad(x, [
            [1, 2],
            [0, 3],
          ]),
          tf.reverse(x, 1),
          tf.slice(x, [1, 1], [2, 2]),
        ],
        float('x', 4, 5),
      ),
      [host([4, 5])],
    );
    await same(
      program((x, b) => tf.logSoftmax(tf.add(x, b)), float('x', 4, 5), float('b', 5)),
      [host([4, 5]), host([5], 9)],
    );
  });
});
