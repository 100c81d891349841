// Cases of counting, searching and drawing by weight.
import * as tf from '@tensorflow/tfjs-core';
import { call, gives, misfit, op, type ShapeCases } from '../kernel-case.js';
import { float, given, int } from '../sample.js';

const sorted = given([1, 2, 4, 8, 3, 5, 6, 7], 'float32', [2, 4]);

export const counting: ShapeCases = {
  cases: [
    op('Bincount', '', [int(6), float(6)], (x: tf.Tensor1D, w: tf.Tensor1D) => tf.bincount(x, w, 4)),
    op('Bincount', 'without weights', [int(6), float(0)], (x: tf.Tensor1D, w: tf.Tensor1D) =>
      tf.bincount(x, w, 3),
    ),
    op('Bincount', 'of whole weights', [int(6), int(6)], (x: tf.Tensor1D, w: tf.Tensor1D) =>
      tf.bincount(x, w, 3),
    ),
    op('DenseBincount', '', [int(6), float(6)], (x: tf.Tensor1D, w: tf.Tensor1D) =>
      tf.denseBincount(x, w, 4),
    ),
    op('DenseBincount', 'of rows', [int(2, 6), float(2, 6)], (x: tf.Tensor2D, w: tf.Tensor2D) =>
      tf.denseBincount(x, w, 4),
    ),
    op('DenseBincount', 'whether there is one', [int(2, 6), float(0)], (x: tf.Tensor2D, w: tf.Tensor2D) =>
      tf.denseBincount(x, w, 4, true),
    ),
    op('BroadcastArgs', '', [given([2, 1, 3], 'int32'), given([4, 1], 'int32')], tf.broadcastArgs),
    op('SearchSorted', 'from the left', [sorted, float(2, 3)], (s: tf.Tensor, v: tf.Tensor) =>
      tf.searchSorted(s, v),
    ),
    op('SearchSorted', 'from the right', [int(4), int(3)], (s: tf.Tensor, v: tf.Tensor) =>
      tf.searchSorted(s, v, 'right'),
    ),
    gives(call('LowerBound', { sortedSequence: sorted, values: float(2, 3) }), 'int32[2, 3]'),
    gives(call('UpperBound', { sortedSequence: sorted, values: float(2, 1) }), 'int32[2, 1]'),
    call('Multinomial', { logits: float(2, 3) }, { numSamples: 5, seed: 1, normalized: false }),
  ],
  misfits: [
    misfit('SHAPE_MISMATCH', ['[6]', '[5]'], call('Bincount', { x: int(6), weights: float(5) }, { size: 3 })),
    misfit(
      'DTYPE_MISMATCH',
      ['float32[6]'],
      call('Bincount', { x: float(6), weights: float(6) }, { size: 3 }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[1, 2, 2]'],
      call('DenseBincount', { x: int(1, 2, 2), weights: float(0) }, { size: 3, binaryOutput: false }),
    ),
    misfit('SHAPE_MISMATCH', ['rank 1', '[1, 2]'], call('BroadcastArgs', { s0: int(1, 2), s1: int(2) })),
    misfit(
      'SHAPE_MISMATCH',
      ['[2, 3]', '[1, 3]'],
      call('SearchSorted', { sortedSequence: sorted, values: float(1, 3) }, { side: 'left' }),
    ),
    misfit(
      'DTYPE_MISMATCH',
      ['float32[2, 4]', 'int32[2, 3]'],
      call('LowerBound', { sortedSequence: sorted, values: int(2, 3) }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2, 3]', '[1, 3]'],
      call('UpperBound', { sortedSequence: sorted, values: float(1, 3) }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['rank 2', '[3]'],
      call('Multinomial', { logits: float(3) }, { numSamples: 2, seed: 1, normalized: false }),
    ),
  ],
};
