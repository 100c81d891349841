// Cases of matrix products, contractions and kernels on the two innermost axes.
import * as tf from '@tensorflow/tfjs-core';
import { call, gives, misfit, op, type ShapeCases } from '../kernel-case.js';
import { float, int } from '../sample.js';

const product = (a: number[], b: number[], transposeA = false, transposeB = false) =>
  op(
    'BatchMatMul',
    `${transposeA ? 'a turned ' : ''}${transposeB ? 'b turned' : ''}`,
    [float(...a), float(...b)],
    (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y, transposeA, transposeB),
  );

const einsum = (equation: string, ...shapes: number[][]) =>
  op(
    'Einsum',
    equation,
    shapes.map((shape) => float(...shape)),
    (...xs: tf.Tensor[]) => tf.einsum(equation, ...xs),
  );

export const matrices: ShapeCases = {
  cases: [
    product([2, 3], [3, 4]),
    product([3, 2], [3, 4], true),
    product([2, 3], [4, 3], false, true),
    product([3, 2], [4, 3], true, true),
    product([5, 2, 3], [5, 3, 4]),
    product([5, 2, 3], [3, 4]),
    product([2, 1, 2, 3], [4, 3, 2]),
    product([0, 3], [3, 4]),
    op('BatchMatMul', 'of integers', [int(2, 3), int(3, 2)], (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b)),
    einsum('ij,jk->ik', [2, 3], [3, 4]),
    einsum('bij, bkj -> bik', [2, 3, 4], [2, 5, 4]),
    einsum('ij->ji', [2, 3]),
    einsum('ij->i', [2, 3]),
    einsum('i,j->ij', [2], [3]),
    einsum('ij,ij->', [2, 3], [2, 3]),
    op('Diag', '', [float(3)], tf.diag),
    op('Diag', '', [int(2, 3)], tf.diag),
    gives(
      call('MatrixBandPart', { input: float(2, 3, 4), numLower: int(), numUpper: int() }),
      'float32[2, 3, 4]',
    ),
    gives(call('MatrixBandPart', { input: int(3, 4), numLower: int(), numUpper: int() }), 'int32[3, 4]'),
  ],
  misfits: [
    misfit(
      'SHAPE_MISMATCH',
      ['3 and 4', '[2, 3]', '[4, 2]'],
      op('BatchMatMul', '', [float(2, 3), float(4, 2)], (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b)),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['2 and 3', 'transposed'],
      call('BatchMatMul', { a: float(2, 4), b: float(3, 4) }, { transposeA: true }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2]', '[3]'],
      call('BatchMatMul', { a: float(2, 2, 2), b: float(3, 2, 2) }, { transposeA: false, transposeB: false }),
    ),
    misfit('SHAPE_MISMATCH', ['rank 2', '[2]'], call('BatchMatMul', { a: float(2), b: float(2, 2) })),
    misfit(
      'DTYPE_MISMATCH',
      ['float32[2, 2]', 'int32[2, 2]'],
      call('BatchMatMul', { a: float(2, 2), b: int(2, 2) }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['"j"', '[2, 3]', '[4, 2]'],
      call('Einsum', [float(2, 3), float(4, 2)], { equation: 'ij,jk->ik' }),
    ),
    misfit('SHAPE_MISMATCH', ['rank 2', '[2]'], call('Einsum', [float(2)], { equation: 'ij->i' })),
    misfit('SHAPE_MISMATCH', ['2 tensors', 'got 1'], call('Einsum', [float(2)], { equation: 'i,i->i' })),
    misfit('SHAPE_MISMATCH', ['"k"'], call('Einsum', [float(2)], { equation: 'i->k' })),
    misfit(
      'SHAPE_MISMATCH',
      ['rank 2', '[2]'],
      call('MatrixBandPart', { input: float(2), numLower: int(), numUpper: int() }),
    ),
  ],
};
