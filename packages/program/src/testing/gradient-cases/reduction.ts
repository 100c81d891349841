// Gradient cases of reductions and of running sums and products.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientCase } from '../gradient-case.js';
import { op } from '../kernel-case.js';
import { floats, given } from '../sample.js';

type Reduction = (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor;

const reductions: Readonly<Record<string, Reduction>> = {
  Max: tf.max,
  Mean: tf.mean,
  Min: tf.min,
  Prod: tf.prod,
  Sum: tf.sum,
};

const options: readonly [number | number[] | undefined, boolean][] = [
  [undefined, false],
  [0, false],
  [-1, true],
  [[0, 2], false],
  [[1, 2], true],
  [[-2, 0], false],
];

const cube = floats([2, 3, 2], -2, 2);
const withZeros = given([2, 0, 3, 0, 0, 1.5, 0.5, -1, 2], 'float32', [3, 3]);
const flags = [
  [false, false],
  [true, false],
  [false, true],
  [true, true],
] as const;

export const reduction: readonly GradientCase[] = [
  ...Object.entries(reductions).flatMap(([kernel, fn]) =>
    options.map(([axis, keepDims]) =>
      op(kernel, `axis ${JSON.stringify(axis)}${keepDims ? ', kept' : ''}`, [cube], (x: tf.Tensor) =>
        fn(x, axis, keepDims),
      ),
    ),
  ),
  op('Prod', 'with zeros', [withZeros], (x: tf.Tensor) => tf.prod(x, 1)),
  ...flags.flatMap(([exclusive, reverse]) => {
    const note = `exclusive ${exclusive}, reverse ${reverse}`;
    return [
      op('Cumsum', note, [cube], (x: tf.Tensor) => tf.cumsum(x, 1, exclusive, reverse)),
      op('Cumsum', `last axis, ${note}`, [cube], (x: tf.Tensor) => tf.cumsum(x, -1, exclusive, reverse)),
      op('Cumprod', note, [cube], (x: tf.Tensor) => tf.cumprod(x, 1, exclusive, reverse)),
      op('Cumprod', `with zeros, ${note}`, [withZeros], (x: tf.Tensor) =>
        tf.cumprod(x, -1, exclusive, reverse),
      ),
    ];
  }),
];
