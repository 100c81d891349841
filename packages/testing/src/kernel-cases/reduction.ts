// Cases of reductions, running sums, ordering and counting.
import * as tf from '@tensorflow/tfjs-core';
import { booleans, floats, integers, list, type KernelCase } from '../kernel-case.js';

type Reduce = (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor;

const reductions: Readonly<Record<string, Reduce>> = {
  sum: tf.sum,
  mean: tf.mean,
  max: tf.max,
  min: tf.min,
  prod: tf.prod,
  logSumExp: tf.logSumExp,
};

export const reductionCases: readonly KernelCase[] = [
  ...Object.entries(reductions).flatMap(([name, fn]): KernelCase[] => [
    {
      name: `${name} of everything`,
      fn: (x) => fn(x!),
      inputs: [floats([3, 4])],
      withGradient: name !== 'prod',
    },
    {
      name: `${name} along the first axis`,
      fn: (x) => fn(x!, 0),
      inputs: [floats([3, 4])],
      withGradient: name !== 'prod',
    },
    {
      name: `${name} along axes counted from the end, kept`,
      fn: (x) => fn(x!, [-1, -3], true),
      inputs: [floats([2, 3, 4])],
      withGradient: name !== 'prod',
    },
    { name: `${name} of a scalar`, fn: (x) => fn(x!), inputs: [floats([])] },
  ]),
  {
    name: 'sums of integers and bools',
    fn: (i, b) => [tf.sum(i!, 1), tf.sum(b!), tf.max(i!), tf.min(i!, 0), tf.prod(i!, 1), tf.mean(i!)],
    inputs: [integers([3, 4], 9), booleans([5])],
  },
  {
    name: 'all and any',
    fn: (x) => [tf.all(x!, 1), tf.any(x!, 0), tf.all(x!), tf.any(x!, [0, 1], true)],
    inputs: [booleans([3, 4])],
  },
  {
    name: 'argMax and argMin',
    fn: (x) => [tf.argMax(x!, 1), tf.argMax(x!, 0), tf.argMin(x!, -1)],
    inputs: [floats([4, 5])],
  },
  {
    name: 'argMax with ties and of integers',
    fn: (x, i) => [tf.argMax(x!, 0), tf.argMin(x!, 0), tf.argMax(i!, 1)],
    inputs: [list([1, 3, 3, 0, 0]), integers([2, 6], 4)],
  },
  {
    name: 'NaN through max, min and sum',
    fn: (x) => [tf.max(x!), tf.min(x!), tf.sum(x!)],
    inputs: [list([1, NaN, 3])],
  },
  { name: 'softmax', fn: (x) => tf.softmax(x!), inputs: [floats([3, 5])], withGradient: true },
  { name: 'logSoftmax', fn: (x) => tf.logSoftmax(x!), inputs: [floats([3, 5])], withGradient: true },
  { name: 'cumsum', fn: (x) => tf.cumsum(x!, 1), inputs: [floats([2, 4])], withGradient: true },
  {
    name: 'cumsum exclusive and backwards',
    fn: (x) => [tf.cumsum(x!, 0, true), tf.cumsum(x!, 1, false, true), tf.cumsum(x!, 1, true, true)],
    inputs: [floats([3, 4])],
  },
  {
    name: 'cumprod',
    fn: (x) => [tf.cumprod(x!, 1), tf.cumprod(x!, 0, true), tf.cumprod(x!, 1, false, true)],
    inputs: [floats([3, 4])],
  },
  {
    name: 'topk',
    fn: (x) => {
      const { values, indices } = tf.topk(x!, 3);
      return [values, indices];
    },
    inputs: [floats([2, 7])],
  },
  {
    name: 'searchSorted',
    fn: (s, v) => [tf.searchSorted(s!, v!, 'left'), tf.searchSorted(s!, v!, 'right')],
    inputs: [list([1, 3, 3, 5]), list([0, 3, 4, 9])],
  },
  {
    name: 'bincount',
    fn: (x, w) => [
      tf.bincount(x as tf.Tensor1D, w as tf.Tensor1D, 4),
      tf.denseBincount(x as tf.Tensor1D, tf.tensor1d([], 'float32'), 5),
    ],
    inputs: [list([0, 1, 1, 3, 9], 'int32'), floats([5])],
  },
  {
    name: 'denseBincount by row',
    fn: (x) => [
      tf.denseBincount(x as tf.Tensor2D, tf.tensor2d([], [0, 0]), 4),
      tf.denseBincount(x as tf.Tensor2D, tf.tensor2d([], [0, 0]), 4, true),
    ],
    inputs: [integers([3, 5], 4)],
  },
  {
    name: 'moments',
    fn: (x) => {
      const { mean, variance } = tf.moments(x!, [0]);
      return [mean, variance];
    },
    inputs: [floats([6, 3])],
  },
  { name: 'l2 norm', fn: (x) => tf.norm(x!, 2, 1), inputs: [floats([3, 4])], withGradient: true },
];
