import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { assignState, capture } from '../capture.js';
import { condKernel } from '../program.js';
import { random } from '../random.js';
import { given } from '../testing/sample.js';
import { programOf, valuesOf, withGradients, type Computation } from '../testing/same-computation.js';
import { cond } from './cond.js';

beforeAll(() => tf.setBackend('cpu'));

const chosen: Computation = (x, y) =>
  cond(
    tf.greater(tf.sum(x!), 0),
    () => tf.mul(x!, y!),
    () => tf.square(x!),
  );

describe('cond', () => {
  it('gives what the chosen branch gives, and its gradients', () => {
    const at = (x: number[]): number[][] =>
      valuesOf(programOf(withGradients(chosen), [given([0, 0]), given([0, 0])]), [
        given(x),
        given([10, 20]),
      ]).map((values) => values.map((v) => Number(v.toFixed(4))));
    expect(at([1, 2])).toEqual([
      [10, 40],
      [3, 26],
      [0.3, 2.6],
    ]);
    expect(at([-1, -2])).toEqual([
      [1, 4],
      [-0.6, -5.2],
      [0, 0],
    ]);
  });

  it('is one node that holds both branches', () => {
    const { nodes } = programOf(chosen, [given([1, 2]), given([1, 2])]);
    expect(nodes.map(({ kernel }) => kernel)).toEqual(['Sum', 'Greater', condKernel]);
    expect(Object.keys(nodes[2]!.programs!)).toEqual(['then', 'otherwise']);
  });

  it('computes the chosen branch alone: the gradient of the other one may be no number', () => {
    const root: Computation = (x) =>
      cond(
        tf.greater(tf.sum(x!), 0),
        () => tf.sqrt(x!),
        () => tf.zerosLike(x!),
      );
    expect(valuesOf(programOf(withGradients(root), [given([0])]), [given([0])])[1]).toEqual([0]);
  });

  it('runs outside of a capture, and draws random numbers inside of one', () => {
    expect(
      tf.tidy(() =>
        cond(
          tf.scalar(true),
          () => tf.scalar(1),
          () => tf.scalar(2),
        ).arraySync(),
      ),
    ).toBe(1);
    const noisy = programOf(
      (x) =>
        cond(
          tf.greater(tf.sum(x!), 0),
          () => random.normal([2]),
          () => x!,
        ),
      [given([1, 2])],
    );
    expect(noisy.inputs.map(({ kind }) => kind)).toEqual(['argument', 'random']);
    expect(valuesOf(noisy, [given([1, 2]), given([7, 8])])).toEqual([[7, 8]]);
    expect(valuesOf(noisy, [given([-1, -2]), given([7, 8])])).toEqual([[-1, -2]]);
  });

  it.each<[string, (x: tf.Tensor) => tf.Tensor, string]>([
    [
      'branches of other types',
      (x) =>
        cond(
          tf.greater(tf.sum(x), 0),
          () => x,
          () => tf.sum(x),
        ),
      '[BRANCH_MISMATCH] cond() in Lambda "f": expected both branches to give the same types, got float32[2] where it is true and float32[] where it is false.',
    ],
    [
      'several predicates',
      (x) =>
        cond(
          tf.greater(x, 0),
          () => x,
          () => x,
        ),
      'expected the predicate to be bool[], got bool[2]',
    ],
    [
      'a weight assigned in a branch',
      (x) =>
        cond(
          tf.greater(tf.sum(x), 0),
          () => (assignState({ name: 'w', shape: [2], dtype: 'float32' }, x), x),
          () => x,
        ),
      '[ASSIGN_IN_BODY] Lambda "f": a branch of cond() assigns weight "w".',
    ],
  ])('refuses %s', (_what, fn, expected) => {
    const wrong = (): unknown =>
      capture((x) => fn(x!), [{ name: 'x', shape: [2], dtype: 'float32' }], { subject: 'Lambda "f"' });
    expect(wrong).toThrow(expected);
  });
});
