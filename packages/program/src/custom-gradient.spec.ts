import { beforeAll, describe, expect, it } from '@jest/globals';
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { assignState, capture, readState } from './capture.js';
import { gradients } from './gradients.js';
import { customGradientKernel } from './program.js';
import { random } from './random.js';
import { replay } from './replay.js';

beforeAll(() => tf.setBackend('cpu'));

type Function = (...xs: tf.Tensor[]) => tf.Tensor;

/** The result on the given vectors, and the gradients of its sum by each of them (null where there is none). */
function valueAndGradients(fn: Function, ...inputs: number[][]): { value: unknown; slopes: unknown[] } {
  let found: boolean[] = [];
  const { program } = capture(
    (...xs) => {
      const y = fn(...xs);
      const slopes = gradients(tf.sum(y), xs);
      found = slopes.map((slope) => slope !== null);
      return [y, ...slopes.filter((slope) => slope !== null)];
    },
    inputs.map((values, i) => ({ name: `x${i}`, shape: [values.length], dtype: 'float32' })),
  );
  const [value, ...slopes] = numbers(() =>
    replay(
      program,
      inputs.map((values) => tf.tensor1d(values)),
    ),
  );
  return { value, slopes: found.map((isThere) => (isThere ? slopes.shift() : null)) };
}

function numbers(run: () => tf.Tensor[]): unknown[] {
  const tensors = tf.tidy(run);
  const values = tensors.map((tensor) => tensor.arraySync());
  tf.dispose(tensors);
  return values;
}

const custom = tf.customGrad as unknown as (
  fn: (...args: never[]) => { value: tf.Tensor; gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => unknown },
) => Function;

const straightThrough = custom((x: tf.Tensor) => ({ value: tf.round(x), gradFunc: (dy) => dy }));
const reversal = custom((x: tf.Tensor) => ({ value: tf.clone(x), gradFunc: (dy) => tf.neg(dy) }));

describe('tf.customGrad in a capture', () => {
  it('lets gradients straight through', () => {
    expect(valueAndGradients((x) => tf.mul(straightThrough(x), 3), [0.6, 1.2])).toEqual({
      value: [3, 3],
      slopes: [[3, 3]],
    });
  });

  it('reverses gradients', () => {
    expect(valueAndGradients((x) => tf.square(reversal(x)), [2, 3])).toEqual({
      value: [4, 9],
      slopes: [[-4, -6]],
    });
  });

  it('gives its gradient function what was saved', () => {
    const cube = custom((x: tf.Tensor, save: (tensors: tf.Tensor[]) => void) => {
      const square = tf.square(x);
      save([x, square]);
      return { value: tf.mul(x, square), gradFunc: (dy, [, squared]) => tf.mul(dy, tf.mul(squared!, 30)) };
    });
    expect(valueAndGradients((x) => cube(x), [1, 2])).toEqual({ value: [1, 8], slopes: [[30, 120]] });
  });

  it('gives a gradient to each of several inputs', () => {
    const fn = custom((a: tf.Tensor, b: tf.Tensor) => ({
      value: tf.mul(a, b),
      gradFunc: (dy: tf.Tensor) => [tf.mul(dy, 10), tf.mul(dy, a)],
    }));
    expect(valueAndGradients((a, b) => fn(a, b), [1, 2], [3, 4])).toEqual({
      value: [3, 8],
      slopes: [
        [10, 10],
        [1, 2],
      ],
    });
  });

  it('takes the same tensor twice', () => {
    const fn = custom((a: tf.Tensor, b: tf.Tensor) => ({
      value: tf.add(a, b),
      gradFunc: (dy: tf.Tensor) => [tf.mul(dy, 2), tf.mul(dy, 5)],
    }));
    expect(valueAndGradients((x) => fn(x, x), [1]).slopes).toEqual([[7]]);
  });

  it('uses other tensors in the gradient function, computed outside and inside the region', () => {
    const { value, slopes } = valueAndGradients(
      (x, scale) => {
        const twice = tf.mul(scale, 2);
        const fn = custom((t: tf.Tensor) => {
          const inside = tf.exp(tf.mul(t, 0));
          return { value: tf.clone(t), gradFunc: (dy) => tf.mul(dy, tf.add(twice, inside)) };
        });
        return fn(x);
      },
      [1, 2],
      [3, 4],
    );
    expect(value).toEqual([1, 2]);
    // Only the inputs of the region are differentiated by.
    expect(slopes).toEqual([[7, 9], null]);
  });

  it('holds one within another', () => {
    const outer = custom((x: tf.Tensor) => ({
      value: reversal(tf.mul(x, 2)),
      gradFunc: (dy) => reversal(tf.mul(dy, 5)),
    }));
    expect(valueAndGradients((x) => outer(x), [3])).toEqual({ value: [6], slopes: [[5]] });
    expect(valueAndGradients((x) => reversal(tf.mul(straightThrough(x), 4)), [0.4])).toEqual({
      value: [0],
      slopes: [[-4]],
    });
  });

  it('is differentiated again through its gradient function', () => {
    const fn = custom((x: tf.Tensor) => ({ value: tf.clone(x), gradFunc: (dy) => tf.mul(dy, tf.square(x)) }));
    const slope: Function = (x) => gradients(fn(x), [x])[0]!;
    expect(valueAndGradients(slope, [3])).toEqual({ value: [9], slopes: [[6]] });
  });

  it('keeps its Program through a replay', () => {
    const first = capture((x) => reversal(x), [{ name: 'x', shape: [1], dtype: 'float32' }]).program;
    expect(first.nodes.map(({ kernel }) => kernel)).toEqual(['Identity', customGradientKernel]);
    expect(first.toString()).toContain('gradient = program(');
    expect(valueAndGradients((x) => replay(first, [x])[0]!, [4])).toEqual({ value: [4], slopes: [[-1]] });
  });

  it('reads weights and draws random numbers in the gradient function', () => {
    const weight = { name: 'w', shape: [1], dtype: 'float32' } as const;
    const noisy = custom((x: tf.Tensor) => ({
      value: tf.clone(x),
      gradFunc: (dy) => tf.mul(tf.add(dy, random.uniform([1])), readState(weight)),
    }));
    const { program, slots } = capture(
      (x) => gradients(noisy(x), [x])[0]!,
      [{ name: 'x', shape: [1], dtype: 'float32' }],
    );
    expect(slots).toEqual([weight]);
    expect(program.inputs.map(({ kind }) => kind)).toEqual(['argument', 'random', 'state']);
    const found = tf.tidy(() =>
      replay(program, [tf.ones([1]), tf.fill([1], 0.5), tf.fill([1], 4)])[0]!.arraySync(),
    );
    expect(found).toEqual([6]);
  });

  it('works under tfjs’ own tape', () => {
    const slope: Function = (x) => tf.grad((t) => tf.sum(reversal(t)))(x);
    const { program } = capture(slope, [{ name: 'x', shape: [2], dtype: 'float32' }]);
    expect(tf.tidy(() => replay(program, [tf.zeros([2])])[0]!.arraySync())).toEqual([-1, -1]);
  });

  it.each([
    ['no pair', () => tf.scalar(1), 'must return an object where `obj.value` is a tensor'],
    [
      'too few gradients',
      (a: tf.Tensor) => ({ value: a, gradFunc: () => [] }),
      'returns the same number of tensors as inputs',
    ],
    [
      'a weight assigned in the gradient function',
      (a: tf.Tensor) => ({
        value: a,
        gradFunc: (dy: tf.Tensor) => (assignState({ name: 'w', shape: [1], dtype: 'float32' }, dy), dy),
      }),
      'the gradient function of tf.customGrad assigns weight "w"',
    ],
  ])('refuses %s', (_what, fn, message) => {
    const wrong = () =>
      capture((x) => custom(fn as never)(x), [{ name: 'x', shape: [1], dtype: 'float32' }], {
        subject: 'Lambda "f"',
      });
    expect(wrong).toThrow(message);
  });
});
