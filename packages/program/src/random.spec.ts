import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { capture, withScope } from './capture.js';
import { fillRandom } from './random-streams.js';
import { random, setRandomSeed } from './random.js';
import { replay } from './replay.js';

const scalar = { name: 'x', shape: [], dtype: 'float32' } as const;

function values(tensor: tf.Tensor): number[] {
  const data = [...tensor.dataSync()];
  tensor.dispose();
  return data;
}

beforeAll(() => tf.setBackend('cpu'));
afterAll(() => tf.disposeVariables());

describe('random outside a capture', () => {
  it('repeats its sequence when the seed is set again, and goes on otherwise', () => {
    setRandomSeed(3);
    const first = values(random.normal([4]));
    const second = values(random.normal([4]));
    setRandomSeed(3);
    expect(values(random.normal([4]))).toEqual(first);
    expect(values(random.normal([4]))).toEqual(second);
    expect(second).not.toEqual(first);
  });

  it('gives the same numbers for the same seed of the draw, at every call', () => {
    expect(values(random.uniform([3], { seed: 9 }))).toEqual(values(random.uniform([3], { seed: 9 })));
    expect(values(random.uniform([3], { seed: 9 }))).not.toEqual(values(random.uniform([3], { seed: 10 })));
  });

  it('keeps no tensors beside the result', () => {
    const before = tf.memory().numTensors;
    const x = tf.ones([3]);
    const results = [
      random.normal([2], { mean: 1, stddev: 2 }),
      random.truncatedNormal([2], { mean: 1, stddev: 2 }),
      random.uniform([2], { min: 1, max: 2 }),
      random.uniformInt([2], 1, 5),
      random.bernoulli([2], 0.5),
      random.dropout(x, 0.5),
      random.categorical(x, 2),
    ];
    expect(tf.memory().numTensors).toBe(before + 1 + results.length);
    tf.dispose([x, ...results]);
  });

  it('draws what each function promises', () => {
    setRandomSeed(1);
    const n = 20_000;
    const mean = (list: number[]): number => list.reduce((sum, x) => sum + x, 0) / list.length;
    const normal = values(random.normal([n], { mean: 3, stddev: 2 }));
    expect(mean(normal)).toBeCloseTo(3, 1);
    expect(mean(normal.map((x) => (x - 3) ** 2))).toBeCloseTo(4, 0);
    expect(values(random.truncatedNormal([n], { mean: 1, stddev: 0.5 })).every((x) => x >= 0 && x <= 2)).toBe(
      true,
    );
    const uniform = values(random.uniform([n], { min: -2, max: 6 }));
    expect(Math.min(...uniform)).toBeGreaterThanOrEqual(-2);
    expect(mean(uniform)).toBeCloseTo(2, 0);
    const dice = values(random.uniformInt([n], 1, 7));
    expect([...new Set(dice)].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    expect(mean(dice)).toBeCloseTo(3.5, 1);
    expect(mean(values(random.bernoulli([n], 0.3)))).toBeCloseTo(0.3, 1);
    const [low, high] = tf.split(tf.reshape(random.bernoulli([n, 2], tf.tensor1d([0.1, 0.9])), [n, 2]), 2, 1);
    expect(mean(values(low!))).toBeCloseTo(0.1, 1);
    expect(mean(values(high!))).toBeCloseTo(0.9, 1);
  });

  it('draws the largest integer below max and never max, also for the widest range', () => {
    const values24 = values(random.uniformInt([50_000], 0, 2 ** 24));
    expect(Math.max(...values24)).toBeLessThan(2 ** 24);
    expect(new Set(values(random.uniformInt([1000], -3, -1)))).toEqual(new Set([-3, -2]));
  });

  it('drops a share of the elements and scales the rest so that the mean stays', () => {
    setRandomSeed(2);
    const dropped = values(random.dropout(tf.ones([20_000]), 0.25));
    const kept = dropped.filter((x) => x !== 0);
    expect(kept.length / dropped.length).toBeCloseTo(0.75, 1);
    expect(new Set(kept)).toEqual(new Set([Math.fround(4 / 3)]));
    const rows = random.dropout(tf.ones([50, 4]), 0.5, { noiseShape: [50, 1] }).arraySync() as number[][];
    expect(rows.every((row) => new Set(row).size === 1)).toBe(true);
    expect(values(random.dropout(tf.ones([3]), 0))).toEqual([1, 1, 1]);
    expect(values(random.dropout(tf.ones([3]), 1))).toEqual([0, 0, 0]);
  });

  it('draws classes as often as softmax says', () => {
    setRandomSeed(5);
    const logits = tf.log(
      tf.tensor2d([
        [0.2, 0.3, 0.5],
        [0.98, 0.01, 0.01],
      ]),
    );
    const drawn = random.categorical(logits, 10_000).arraySync() as number[][];
    const share = (row: number, of: number): number => drawn[row]!.filter((x) => x === of).length / 10_000;
    expect([share(0, 0), share(0, 1), share(0, 2)].map((x) => Math.round(x * 10))).toEqual([2, 3, 5]);
    expect(share(1, 0)).toBeCloseTo(0.98, 1);
    expect(random.categorical(tf.tensor1d([0, 1]), 3).shape).toEqual([3]);
  });

  it('refuses what cannot be drawn', () => {
    expect(() => random.normal([2], { stddev: -1 })).toThrow(
      '[RANDOM_INVALID] random.normal: stddev: expected a finite number of at least 0, got -1.',
    );
    expect(() => random.uniform([2], { min: 1, max: 0 })).toThrow(
      '[RANDOM_INVALID] random.uniform: min and max',
    );
    expect(() => random.uniformInt([2], 0, 0.5)).toThrow('[RANDOM_INVALID]');
    expect(() => random.uniformInt([2], 0, 2 ** 24 + 1)).toThrow('[RANDOM_INVALID]');
    expect(() => random.bernoulli([2], 1.5)).toThrow('[RANDOM_INVALID]');
    expect(() => random.dropout(tf.ones([1]), NaN)).toThrow('[RANDOM_INVALID]');
    expect(() => random.categorical(tf.scalar(1), 1)).toThrow('[RANDOM_INVALID]');
    expect(() => random.categorical(tf.ones([2]), 0)).toThrow('[RANDOM_INVALID]');
    expect(() => random.normal([-1])).toThrow('[RANDOM_INVALID] random normal numbers: shape');
    expect(() => random.normal([1], { seed: 0.5 })).toThrow('[RANDOM_INVALID]');
    expect(() => setRandomSeed(NaN)).toThrow('[RANDOM_INVALID]');
  });
});

describe('random inside a capture', () => {
  it('becomes an input with a stream named by scope and draw', () => {
    const { program } = capture(
      (x) =>
        withScope('noise', () => tf.add(tf.add(x, random.normal([2])), random.uniform([2], { seed: 4 }))),
      [scalar],
      { scope: 'model' },
    );
    expect(program.inputs.map(({ kind, random: spec }) => ({ kind, spec }))).toEqual([
      { kind: 'argument', spec: undefined },
      { kind: 'random', spec: { distribution: 'normal', stream: 'model/noise:0' } },
      { kind: 'random', spec: { distribution: 'uniform', stream: 'model/noise:1', seed: 4 } },
    ]);
    expect(program.constants).toEqual([]);
  });

  it('captures every function, and replays with the numbers it is given', () => {
    const { program } = capture(
      (x) => [
        random.normal([4], { mean: 1, stddev: 2 }),
        random.truncatedNormal([4]),
        random.uniform([4], { min: 2, max: 3 }),
        random.uniformInt([4], 1, 7),
        random.bernoulli([4], 0.5),
        random.dropout(tf.mul(x, tf.ones([4])), 0.5),
        random.categorical(tf.zeros([2, 3]), 4),
      ],
      [scalar],
    );
    const inputs = program.inputs.map((input) => {
      const { shape } = program.type(input.id);
      if (input.random === undefined) return tf.scalar(1);
      const numbers = new Float32Array(tf.util.sizeFromShape([...shape]));
      fillRandom(input.random, { seed: 1, step: 0 }, numbers);
      return tf.tensor(numbers, [...shape]);
    });
    const outputs = replay(program, inputs);
    expect(outputs.map((tensor) => [tensor.dtype, tensor.shape])).toEqual([
      ['float32', [4]],
      ['float32', [4]],
      ['float32', [4]],
      ['int32', [4]],
      ['float32', [4]],
      ['float32', [4]],
      ['int32', [2, 4]],
    ]);
    const raw = [...inputs[1]!.dataSync()];
    expect([...outputs[0]!.dataSync()]).toEqual(raw.map((x) => Math.fround(Math.fround(x * 2) + 1)));
  });

  it('asks no clock and no other generator while capturing', () => {
    expect(() => capture(() => random.normal([2]), [])).not.toThrow();
  });

  it('runs a scope once, also when it returns nothing', () => {
    let runs = 0;
    capture(
      (x) => {
        withScope('once', () => {
          runs++;
        });
        return tf.neg(x);
      },
      [scalar],
    );
    expect(runs).toBe(1);
  });
});
