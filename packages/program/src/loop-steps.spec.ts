// What loops of a run may take, by how they say their length and lie in one another.
import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { scan } from './control-flow/scan.js';
import { whileLoop } from './control-flow/while-loop.js';
import { boundLoops } from './loop-steps.js';
import { nodesWithin } from './subprograms.js';
import { given } from './testing/sample.js';
import { programOf, valuesOf } from './testing/same-computation.js';

beforeAll(() => tf.setBackend('cpu'));

type Step = (x: tf.Tensor) => tf.Tensor;
const open =
  (step: Step): Step =>
  (x) =>
    whileLoop((v: tf.Tensor) => tf.less(tf.sum(v), 1), step, x);
const long =
  (length: number, step: Step): Step =>
  (x) =>
    scan((v: tf.Tensor, _: null) => [step(v), null] as const, x, null, { length })[0];
const stay: Step = (x) => tf.mul(x, 1);

const programFor = (fn: Step) => programOf((x) => fn(x!), [given([0.5])]);
const limitsOf = (fn: Step): unknown[] =>
  [...nodesWithin(boundLoops(programFor(fn)))].flatMap(({ attrs }) => attrs['mostSteps'] ?? []);

describe('boundLoops()', () => {
  it.each([
    { what: 'one loop', fn: open(stay), limits: [2 ** 19] },
    {
      what: 'one after the other',
      fn: (x: tf.Tensor) => open(stay)(open(stay)(x)),
      limits: [2 ** 18, 2 ** 18],
    },
    { what: 'one in the other', fn: open(open(stay)), limits: [2 ** 9, 2 ** 9] },
    { what: 'one in a scan', fn: long(1000, open(stay)), limits: [2 ** 9] },
    { what: 'a scan in it', fn: open(long(1000, stay)), limits: [2 ** 9] },
  ])('says where loops are given up that a condition ends: $what', ({ fn, limits }) => {
    expect(limitsOf(fn)).toEqual(limits);
  });

  it('leaves Programs as they are that say how long they take', () => {
    for (const fn of [stay, long(2 ** 21, stay), long(1000, long(2000, stay))]) {
      const program = programFor(fn);
      expect(boundLoops(program)).toBe(program);
    }
  });

  it.each([
    ['a long one', long(2 ** 31 - 1, stay), 2 ** 31 - 1],
    ['long ones in one another', long(3000, long(3000, stay)), 3000 * 3001],
    [
      'one that may take long',
      (x: tf.Tensor) =>
        whileLoop((v: tf.Tensor) => tf.less(tf.sum(v), 1), stay, x, { maximumIterations: 2 ** 30 }),
      2 ** 30,
    ],
  ] as const)('refuses %s', (_, fn, steps) => {
    expect(() => boundLoops(programFor(fn))).toThrow(
      `[LOOP_TOO_LONG] Program: expected loops of at most 2097152 steps, all of a run together, got ${steps}.`,
    );
  });
});

describe('a loop that is not to end', () => {
  it('is given up when it is replayed', () => {
    // In four loops around it, it has eight steps.
    const program = boundLoops(programFor(long(1, long(1, long(1, long(1, open(stay)))))));
    expect(limitsOf(long(1, long(1, long(1, long(1, open(stay))))))).toEqual([2 ** 3]);
    expect(() => valuesOf(program, [given([0.5])])).toThrow('[LOOP_TOO_LONG]');
    expect(valuesOf(program, [given([2])])).toEqual([[2]]);
  });
});
