// Gradient cases of batch normalization and local response normalization.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientCase } from '../gradient-case.js';
import { op } from '../kernel-case.js';
import { floats } from '../sample.js';

const vector = (low: number): ReturnType<typeof floats> => floats([3], low, low + 1);
type V = tf.Tensor1D;
const response = { depthRadius: 1, bias: 1, alpha: 0.5, beta: 0.75 };

export const normalization: readonly GradientCase[] = [
  op(
    'FusedBatchNorm',
    'with all',
    [floats([2, 2, 3], -1, 1), vector(0), vector(0.5), vector(1), vector(2)],
    (x: tf.Tensor, m: V, v: V, o: V, s: V) => tf.batchNorm(x, m, v, o, s, 0.01),
  ),
  op(
    'FusedBatchNorm',
    'without offset and scale',
    [floats([2, 3], -1, 1), vector(0), vector(0.5)],
    (x: tf.Tensor, m: V, v: V) => tf.batchNorm(x, m, v),
  ),
  op('LRN', '', [floats([1, 1, 2, 4], -1, 1)], (x: tf.Tensor4D) =>
    tf.localResponseNormalization(x, 1, 1, 0.5, 0.75),
  ),
  op('LRN', 'over all channels', [floats([1, 1, 2, 3], -1, 1)], (x: tf.Tensor4D) =>
    tf.localResponseNormalization(x),
  ),
  // Its input y is no variable of its own.
  op(
    'LRNGrad',
    '',
    [floats([1, 1, 2, 4], -1, 1), floats([1, 1, 2, 4], 0.5, 1.5)],
    (x: tf.Tensor4D, dy: tf.Tensor4D) =>
      tf
        .engine()
        .runKernel(
          'LRNGrad',
          { x, dy, y: tf.localResponseNormalization(x, 1, 1, 0.5, 0.75) },
          response,
        ) as tf.Tensor,
  ),
];
