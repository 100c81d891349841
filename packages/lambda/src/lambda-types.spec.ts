// What the types of `lambda` say: it must compile, and each line with @ts-expect-error must not.
import { describe, expect, it } from '@jest/globals';
import * as tf from '@tensorflow/tfjs-core';
import { compose, input, type SymbolicTensor } from '@lamella/core';
import { flatten, type Tree } from '@lamella/program';
import { lambda as bare, type Lambda } from './lambda.js';
import { lambdas } from './lambdas.js';
import { namedFunction } from './named-function.js';

const composed = compose({ plugins: [lambdas()] }).lambda;
const x = (): SymbolicTensor => input({ shape: [3] });

describe.each([
  ['bare', bare],
  ['of a composition', composed],
])('the type of lambda, %s', (_, lambda) => {
  it('makes a parameter without a type a tensor, and one output one symbolic tensor', () => {
    const layer: Lambda<tf.Tensor, tf.Tensor> = lambda((t) => tf.add(t, 2));
    const y: SymbolicTensor = layer.apply(x());
    expect(y.shape).toEqual([null, 3]);
    // @ts-expect-error One tensor in: a list is none.
    expect(() => layer.apply([x()])).toThrow('STRUCTURE_MISMATCH');
  });

  it('infers the arguments from the options', () => {
    const scaled = lambda((t, { factor }) => tf.mul(t, factor), { arguments: { factor: 2 } });
    expect(scaled.apply(x()).shape).toEqual([null, 3]);
    // @ts-expect-error There is no argument of this name.
    lambda((t, { factr }) => tf.mul(t, factr as number), { arguments: { factor: 2 } });
    // @ts-expect-error The function wants a number.
    lambda((t: tf.Tensor, { n }: { n: number }) => tf.mul(t, n), { arguments: { n: 'two' } });
    // @ts-expect-error Arguments are plain JSON.
    expect(() => lambda((t) => t, { arguments: { when: new Date() } })).toThrow('ARGUMENTS_INVALID');
  });

  it('gives the context a training flag and masks', () => {
    lambda((t, _args, { training }) => (training ? tf.neg(t) : t));
    // @ts-expect-error There is no such thing in the context.
    lambda((t, _args, { trainable }) => (trainable === true ? tf.neg(t) : t));
  });

  it('types several outputs: a tuple, a record, nested', () => {
    const [sum, double] = lambda((t) => [tf.sum(t, 1), tf.mul(t, 2)]).apply(x());
    expect([sum.shape, double.shape]).toEqual([[null], [null, 3]]);
    const { low, more } = lambda((t) => ({ low: tf.neg(t), more: [t] as const })).apply(x());
    expect([low.shape, more[0].shape]).toEqual([
      [null, 3],
      [null, 3],
    ]);
    // @ts-expect-error A record of two has no third.
    expect(lambda((t) => ({ low: t })).apply(x()).high).toBe(undefined);
  });

  it('types several inputs by the type of the parameter', () => {
    const joined = lambda(([a, b]: readonly [tf.Tensor, tf.Tensor]) => tf.concat([a, b], 1));
    expect(joined.apply([x(), x()]).shape).toEqual([null, 6]);
    const named = lambda(({ query, key }: { query: tf.Tensor; key: tf.Tensor }) => tf.mul(query, key));
    expect(named.apply({ query: x(), key: x() }).shape).toEqual([null, 3]);
    // @ts-expect-error A key is missing.
    expect(() => named.apply({ query: x() })).toThrow();
    const any: Lambda = lambda((tree: Tree<tf.Tensor>) => flatten(tree)[0]!);
    expect(flatten(any.apply([x(), { more: x() }]))).toHaveLength(1);
  });

  it('takes named functions, and keeps their types', () => {
    const half = namedFunction('spec>half', (t: tf.Tensor) => tf.mul(t, 0.5));
    const y: SymbolicTensor = lambda(half).apply(x());
    expect(y.shape).toEqual([null, 3]);
  });

  it('types whole shapes and masks by what comes in', () => {
    const layer = lambda((t) => [t, tf.neg(t)], {
      outputShape: (shape) => [[shape[0]!, 3], [...shape]],
      mask: (t, mask) => [mask, tf.greater(t, 0)],
    });
    expect(layer.apply(x()).map(({ shape, mask }) => [shape, mask])).toEqual([
      [[null, 3], null],
      [
        [null, 3],
        [null, 3],
      ],
    ]);
    const none = lambda((t) => [t, t], { mask: () => [null, null] });
    expect(none.apply(x()).map(({ mask }) => mask)).toEqual([null, null]);
    expect(() =>
      lambda((t) => [t, t], {
        name: 'l',
        outputShape: () => [
          [null, 6],
          [null, 2],
        ],
      }).apply(x()),
    ).toThrow(
      '[SHAPE_MISMATCH] Lambda "l": outputShape says [null, 6] and [null, 2], the function gives [null, 3] and [null, 3].',
    );
    // @ts-expect-error A size is a number or null.
    expect(() => lambda((t) => t, { outputShape: () => ['3'] }).apply(x())).toThrow();
  });
});
