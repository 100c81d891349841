import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { capture } from '../capture.js';
import { gradients } from '../gradients.js';
import { whileKernel } from '../program.js';
import { random } from '../random.js';
import { floats, given } from '../testing/sample.js';
import {
  differences,
  programOf,
  valuesOf,
  withGradients,
  type Computation,
} from '../testing/same-computation.js';
import { whileLoop } from './while-loop.js';

beforeAll(() => tf.setBackend('cpu'));

const halved =
  (maximumIterations?: number): Computation =>
  (x, w) =>
    whileLoop(
      (value: tf.Tensor) => tf.greater(tf.max(value), 1),
      (value) => tf.mul(value, w!),
      x!,
      maximumIterations === undefined ? {} : { maximumIterations },
    );

describe('whileLoop', () => {
  it('goes on for as long as its condition holds, and no longer than it may', () => {
    const inputs = [given([5, 1]), given([0.5])];
    const program = programOf(halved(), inputs);
    expect(program.nodes.map(({ kernel }) => kernel)).toEqual([whileKernel]);
    expect(valuesOf(program, inputs)).toEqual([[0.625, 0.125]]);
    expect(valuesOf(program, [given([1, 1]), given([0.5])])).toEqual([[1, 1]]);
    expect(valuesOf(programOf(halved(2), inputs), inputs)).toEqual([[1.25, 0.25]]);
    expect(valuesOf(programOf(halved(0), inputs), inputs)).toEqual([[5, 1]]);
  });

  it('runs outside of a capture', () => {
    const [n, x] = tf.tidy(() => {
      const found = whileLoop(
        ({ n }: { n: tf.Tensor; x: tf.Tensor }) => tf.less(n, 3),
        ({ n, x }) => ({ n: tf.add(n, 1), x: tf.mul(x, 2) }),
        { n: tf.scalar(0), x: tf.scalar(1) },
      );
      return [found.n.arraySync(), found.x.arraySync()] as never;
    }) as unknown as [number, number];
    expect([n, x]).toEqual([3, 8]);
  });

  it.each([3, 8])('has the gradients of the steps that it takes, of %d at most', (most) => {
    const unrolled: Computation = (x, w) => tf.mul(tf.mul(tf.mul(x!, w!), w!), w!);
    expect(
      differences(withGradients(halved(most)), withGradients(unrolled), [given([5, 1]), given([0.5, 0.4])]),
    ).toEqual([]);
  });

  it('does not compute steps that it does not take, whose gradients would be no numbers', () => {
    const fn: Computation = (x) =>
      whileLoop(
        (v: tf.Tensor) => tf.greater(tf.sum(v), 0),
        (v) => tf.sub(tf.mul(tf.sqrt(v), 0.5), 0.5),
        x!,
        { maximumIterations: 5 },
      );
    const [, slope] = valuesOf(programOf(withGradients(fn), [given([0.25])]), [given([0.25])]);
    expect(slope!.map((v) => v / Math.fround(0.3))).toEqual([0.5]);
  });

  it.each<[string, (x: tf.Tensor) => tf.Tensor, string]>([
    [
      'a loop that nothing ends',
      (x) =>
        whileLoop(
          (_: tf.Tensor) => tf.greater(tf.max(x), 0),
          (v) => tf.add(v, 1),
          x,
        ),
      '[LOOP_ENDLESS] whileLoop() in Lambda "f": its condition reads nothing that its body changes',
    ],
    [
      'a loop whose condition reads what stays',
      (x) =>
        whileLoop(
          ([n]: readonly tf.Tensor[]) => tf.less(n!, 3),
          ([n, v]) => [n!, tf.add(v!, 1)],
          [tf.scalar(0), x],
        )[1]!,
      '[LOOP_ENDLESS]',
    ],
    [
      'a condition of several values',
      (x) =>
        whileLoop(
          (v: tf.Tensor) => tf.less(v, 3),
          (v) => v,
          x,
        ),
      'expected the condition to give bool[], got bool[2]',
    ],
    [
      'another shape',
      (x) =>
        whileLoop(
          (v: tf.Tensor) => tf.less(tf.sum(v), 3),
          (v) => tf.concat([v, v]),
          x,
        ),
      '[CARRY_MISMATCH]',
    ],
    [
      'random numbers',
      (x) =>
        whileLoop(
          (v: tf.Tensor) => tf.less(tf.sum(v), 3),
          (v) => tf.add(v, random.uniform([2])),
          x,
        ),
      '[NOT_CAPTURABLE] Lambda "f": the body of whileLoop() draws random numbers',
    ],
    [
      'a half step',
      (x) =>
        whileLoop(
          (v: tf.Tensor) => tf.less(tf.sum(v), 3),
          (v) => v,
          x,
          { maximumIterations: 0.5 },
        ),
      '[LOOP_INVALID]',
    ],
    [
      'a gradient without end',
      (x) =>
        gradients(
          tf.sum(
            whileLoop(
              (v: tf.Tensor) => tf.less(tf.sum(v), 3),
              (v) => tf.add(v, x),
              x,
            ),
          ),
          [x],
        )[0]!,
      '[GRADIENT_UNBOUNDED] Lambda "f": the gradient of a whileLoop() needs to know',
    ],
  ])('refuses %s', (_what, fn, expected) => {
    const wrong = (): unknown =>
      capture((x) => fn(x!), [{ name: 'x', shape: [2], dtype: 'float32' }], { subject: 'Lambda "f"' });
    expect(wrong).toThrow(expected);
  });

  it('holds products, with their gradients', () => {
    const fn =
      (steps: (step: (h: tf.Tensor) => tf.Tensor, h: tf.Tensor) => tf.Tensor): Computation =>
      (h, w) =>
        steps((x) => tf.tanh(tf.matMul(x, w!)), h!);
    const looped = fn(
      (step, h) =>
        whileLoop(
          ([n]: readonly [tf.Tensor, tf.Tensor]) => tf.less(n, 3),
          ([n, x]) => [tf.add(n, 1), step(x)] as const,
          [tf.scalar(0), h] as const,
          { maximumIterations: 4 },
        )[1],
    );
    const unrolled = fn((step, h) => step(step(step(h))));
    expect(
      differences(withGradients(looped), withGradients(unrolled), [
        floats([2, 3], -1, 1),
        floats([3, 3], -1, 1),
      ]),
    ).toEqual([]);
  });
});
