import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { scan } from '../control-flow/scan.js';
import type { Program } from '../program.js';
import { floats, type Sample } from '../testing/sample.js';
import { programOf, valuesOf, withGradients, type Computation } from '../testing/same-computation.js';
import { batchOverTime } from './batch-over-time.js';
import { simplify } from './simplify.js';

beforeAll(() => tf.setBackend('cpu'));

/** A recurrence of the form of recurrent layers: a product of the elements, one of the carry, a bias, results through a product. */
const recurrent: Computation = (x, w, u, b, v) => {
  const [last, all] = scan(
    (h: tf.Tensor, xt: tf.Tensor) => {
      const next = tf.tanh(tf.add(tf.add(tf.matMul(xt, w!), b!), tf.matMul(h, u!)));
      return [next, tf.matMul(next, v!)];
    },
    tf.zeros([x!.shape[1]!, u!.shape[0]!]),
    x!,
  );
  return [last, all];
};
const samples = [
  floats([4, 2, 3], -1, 1),
  floats([3, 5], -1, 1),
  floats([5, 5], -1, 1),
  floats([5], -1, 1),
  floats([5, 2], -1, 1),
];

const kernelsIn = (program: Program): string[] => program.nodes.map(({ kernel }) => kernel);
const inLoops = (program: Program): string[] =>
  program.nodes.flatMap(({ programs }) => (programs === undefined ? [] : kernelsIn(programs['body']!)));
const batched = (fn: Computation, inputs: readonly Sample[]): Program =>
  simplify(batchOverTime(simplify(programOf(fn, inputs))));
const count = (list: readonly string[], wanted: string): number =>
  list.filter((kernel) => kernel === wanted).length;

function expectSame(fn: Computation, inputs: readonly Sample[]): void {
  const [found, expected] = [valuesOf(batched(fn, inputs), inputs), valuesOf(programOf(fn, inputs), inputs)];
  expected.forEach((values, i) => values.forEach((value, k) => expect(found[i]![k]).toBeCloseTo(value, 4)));
}

describe('batchOverTime', () => {
  it('leaves one product a step in a forward scan, and one in its gradient', () => {
    const program = batched(withGradients(recurrent), samples);
    expect(count(kernelsIn(program), 'Scan')).toBe(2);
    expect(count(inLoops(program), 'BatchMatMul')).toBe(2);
    // x W; h V; of the gradient: that of h by V, of x, and the four weights'.
    expect(count(kernelsIn(program), 'BatchMatMul')).toBe(7);
  });

  it('changes no more than the last bits', () => expectSame(withGradients(recurrent), samples));

  it('computes before the loop what is the same at each step', () => {
    const fn: Computation = (x, w) =>
      scan(
        (h: tf.Tensor, xt: tf.Tensor) => [tf.add(tf.mul(h, tf.sum(tf.exp(w!))), xt), null],
        tf.zeros([2, 3]),
        x!,
      )[0];
    const program = batched(fn, samples.slice(0, 2));
    expect(inLoops(program)).toEqual(['Multiply', 'Add']);
    expectSame(withGradients(fn), samples.slice(0, 2));
  });

  it('leaves of a gradient only what waits for the step behind', () => {
    const fn: Computation = (x) =>
      scan(
        (h: tf.Tensor, xt: tf.Tensor) => [tf.mul(tf.sigmoid(tf.mul(xt, 2)), tf.tanh(h)), null],
        tf.fill([2, 3], 0.5),
        x!,
      )[0];
    const inputs = samples.slice(0, 1);
    const [forward, backward] = batched(withGradients(fn), inputs).nodes.filter(
      ({ kernel }) => kernel === 'Scan',
    );
    expect(kernelsIn(forward!.programs!['body']!)).toEqual(['Tanh', 'Multiply']);
    // 1 - tanh(h)^2 and the gate's derivative are there for all steps before the loop begins.
    expect(kernelsIn(backward!.programs!['body']!).every((kernel) => kernel === 'Multiply')).toBe(true);
    expectSame(withGradients(fn), inputs);
  });

  it('keeps values of other ranks in their places', () => {
    const fn: Computation = (x, w) =>
      scan(
        (h: tf.Tensor, xt: tf.Tensor) => {
          const scaled = tf.mul(tf.exp(xt), tf.sum(tf.neg(xt), 0));
          return [tf.add(tf.matMul(h, w!), tf.sum(scaled)), tf.sub(1, tf.square(xt))];
        },
        tf.ones([3, 3]),
        x!,
      );
    expectSame(withGradients(fn), [samples[0]!, floats([3, 3], -1, 1)]);
  });

  it('takes a carry that no step waits for', () => {
    const fn: Computation = (x) =>
      scan((_: tf.Tensor, xt: tf.Tensor) => [tf.tanh(xt), null], tf.zeros([2, 3]), x!)[0];
    expectSame(withGradients(fn), samples.slice(0, 1));
  });

  it('goes into scans in scans', () => {
    const fn: Computation = (x, w) =>
      scan(
        (h: tf.Tensor, xt: tf.Tensor) => {
          const [inner] = scan(
            (c: tf.Tensor, row: tf.Tensor) => [tf.sin(tf.add(c, tf.matMul(row, w!))), null],
            h,
            tf.reshape(xt, [2, 1, 3]),
          );
          return [inner, null];
        },
        tf.zeros([1, 5]),
        x!,
      )[0];
    expect(
      count(
        kernelsIn(
          batched(fn, samples.slice(0, 2)).nodes.find(({ kernel }) => kernel === 'Scan')!.programs!['body']!,
        ),
        'BatchMatMul',
      ),
    ).toBe(1);
    expectSame(withGradients(fn), samples.slice(0, 2));
  });

  it('puts transposed products and reshaped sums behind the loop', () => {
    const fn: Computation = (x, w, u) =>
      scan(
        (h: tf.Tensor, xt: tf.Tensor) => {
          const product = tf.matMul(u!, tf.matMul(w!, xt, true, true), false, false);
          return [tf.add(h, tf.transpose(product)), tf.mul(product, tf.reshape(tf.sum(w!, 0), [5, 1]))];
        },
        tf.zeros([2, 5]),
        x!,
      );
    expectSame(withGradients(fn), samples.slice(0, 3));
  });
});
