// Cases of sparse tensors.
import * as tf from '@tensorflow/tfjs-core';
import { call, misfit, op, type ShapeCases } from '../kernel-case.js';
import { float, given, int } from '../sample.js';

const places = given([0, 1, 1, 2], 'int32', [2, 2]);
const scalar = given([0], 'float32', []);

export const sparse: ShapeCases = {
  cases: [
    op('SparseToDense', '', [places, float(2)], (i: tf.Tensor, v: tf.Tensor) =>
      tf.sparseToDense(i, v, [3, 4]),
    ),
    op('SparseToDense', 'one value', [places, float()], (i: tf.Tensor, v: tf.Tensor) =>
      tf.sparseToDense(i, v, [3, 4]),
    ),
    op('SparseToDense', 'of a vector', [given([1, 3], 'int32'), int(2)], (i: tf.Tensor, v: tf.Tensor) =>
      tf.sparseToDense(i, v, [5], tf.scalar(7, 'int32')),
    ),
    call('SparseReshape', {
      inputIndices: places,
      inputShape: given([2, 3], 'int32'),
      newShape: given([6], 'int32'),
    }),
    call('SparseReshape', {
      inputIndices: places,
      inputShape: given([2, 3], 'int32'),
      newShape: given([3, -1, 1], 'int32'),
    }),
  ],
  misfits: [
    misfit(
      'SHAPE_MISMATCH',
      ['3 coordinates', '[2, 2]'],
      call(
        'SparseToDense',
        { sparseIndices: places, sparseValues: float(2), defaultValue: scalar },
        { outputShape: [3, 4, 5] },
      ),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2]', '[3]'],
      call(
        'SparseToDense',
        { sparseIndices: places, sparseValues: float(3), defaultValue: scalar },
        { outputShape: [3, 4] },
      ),
    ),
    misfit(
      'DTYPE_MISMATCH',
      ['float32[2, 2]'],
      call(
        'SparseToDense',
        { sparseIndices: float(2, 2), sparseValues: float(2), defaultValue: scalar },
        { outputShape: [3, 4] },
      ),
    ),
    misfit(
      'DTYPE_MISMATCH',
      ['int32[2]', 'float32[]'],
      call(
        'SparseToDense',
        { sparseIndices: places, sparseValues: int(2), defaultValue: scalar },
        { outputShape: [3, 4] },
      ),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2]', '[3]'],
      call('SparseReshape', {
        inputIndices: places,
        inputShape: given([2, 3, 1], 'int32'),
        newShape: given([6], 'int32'),
      }),
    ),
  ],
};
