// Deep and wide Programs: loops stay small enough for engines, and grouping looks at each node a bounded number of times.
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { compileProgram } from '../compile-program.js';
import { arena, expectLikeCpu, float, program, releaseTensors } from '../testing/like-cpu.js';
import { inputsOf } from './graph.js';
import { groupNodes } from './groups.js';
import { lowerProgram } from './lower-program.js';
import { whole } from './graph.js';
import type { Program } from '@lamella/program';

beforeAll(() => tf.setBackend('cpu'));
afterEach(releaseTensors);

const times = (count: number, fn: (x: tf.Tensor, i: number) => tf.Tensor, x: tf.Tensor): tf.Tensor =>
  Array.from({ length: count }).reduce((y: tf.Tensor, _, i) => fn(y, i), x);

const groupsOf = (of: Program) => groupNodes(lowerProgram(of).outputs.map(whole));

describe('loops of deep and wide Programs', () => {
  it('are split before engines refuse them: 400 functions one after the other', async () => {
    const chain = program((x) => times(400, tf.tanh, x!), float('x', 7));
    const fused = await compileProgram(chain, { arena, path: 'simd' });
    expect(fused.loops).toBe(7);
    fused.dispose();
    await expectLikeCpu(chain);
  });

  it.each<[string, (count: number) => Program]>([
    [
      'chain that a fold computes',
      (count) => program((x) => tf.sum(times(count, tf.tanh, x!)), float('x', 3)),
    ],
    ['chain', (count) => program((x) => times(count, (y) => tf.relu(tf.add(y, 1)), x!), float('x', 3))],
    [
      'branches',
      (count) =>
        program(
          (x) => times(count, (sum, i) => tf.add(sum, tf.relu(tf.add(x!, i))), tf.neg(x!)),
          float('x', 3),
        ),
    ],
    [
      'chain past all of whose parts something reads',
      (count) =>
        program((x) => times(count, (y) => tf.add(tf.mul(y, tf.neg(y)), tf.sum(x!)), x!), float('x', 3)),
    ],
  ])('grow in number alone as Programs grow: a %s', (_, make) => {
    const parts = (of: Program): number[] =>
      groupsOf(of).map(({ nodes, inlined }) =>
        [...nodes, ...inlined].reduce((sum, node) => sum + 1 + inputsOf(node).length, 0),
      );
    const [half, all] = [parts(make(300)), parts(make(600))];
    expect(Math.max(...all)).toBeLessThanOrEqual(128);
    expect(all.length).toBeLessThan(2.2 * half.length);
  });

  it('can be thousands one after the other', () => {
    const deep = program((x) => times(3000, (y) => tf.sub(y, tf.max(y)), x!), float('x', 3));
    expect(() => groupsOf(deep)).not.toThrow();
  });
});
