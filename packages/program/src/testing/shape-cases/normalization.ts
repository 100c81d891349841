// Cases of batch normalization and local response normalization.
import * as tf from '@tensorflow/tfjs-core';
import { call, misfit, op, type ShapeCases } from '../kernel-case.js';
import { float } from '../sample.js';

const image = float(2, 3, 4, 5);
const response = { depthRadius: 2, bias: 1, alpha: 0.5, beta: 0.5 };
type T = tf.Tensor;

export const normalization: ShapeCases = {
  cases: [
    op(
      'FusedBatchNorm',
      'with all',
      [image, float(5), float(5), float(5), float(5)],
      (x: T, m: tf.Tensor1D, v: tf.Tensor1D, o: tf.Tensor1D, s: tf.Tensor1D) => tf.batchNorm(x, m, v, o, s),
    ),
    op(
      'FusedBatchNorm',
      'without offset and scale',
      [float(2, 5), float(5), float(5)],
      (x: T, m: tf.Tensor1D, v: tf.Tensor1D) => tf.batchNorm(x, m, v),
    ),
    op(
      'FusedBatchNorm',
      'without offset',
      [float(2, 5), float(5), float(5), float(5)],
      (x: T, m: tf.Tensor1D, v: tf.Tensor1D, s: tf.Tensor1D) => tf.batchNorm(x, m, v, undefined, s, 0.1),
    ),
    op('LRN', '', [image], (x: tf.Tensor4D) => tf.localResponseNormalization(x)),
    call('LRNGrad', { x: image, y: image, dy: image }, response),
  ],
  misfits: [
    misfit(
      'SHAPE_MISMATCH',
      ['[2, 5]', '[4]'],
      call(
        'FusedBatchNorm',
        { x: float(2, 5), mean: float(4), variance: float(5) },
        { varianceEpsilon: 0.1 },
      ),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[5]', 'mean [2, 5]'],
      call(
        'FusedBatchNorm',
        { x: float(5), mean: float(2, 5), variance: float(5) },
        { varianceEpsilon: 0.1 },
      ),
    ),
    misfit('SHAPE_MISMATCH', ['rank 4', '[2, 5]'], call('LRN', { x: float(2, 5) }, response)),
    misfit(
      'SHAPE_MISMATCH',
      ['[2, 3, 4, 5]', '[2, 3, 4, 4]'],
      call('LRNGrad', { x: image, y: image, dy: float(2, 3, 4, 4) }, response),
    ),
  ],
};
