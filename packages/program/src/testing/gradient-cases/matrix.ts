// Gradient cases of products and of matrices made from vectors.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientCase } from '../gradient-case.js';
import { call, op } from '../kernel-case.js';
import { floats, given } from '../sample.js';

const product = (a: number[], b: number[], transposeA: boolean, transposeB: boolean): GradientCase =>
  op(
    'BatchMatMul',
    `transposed ${transposeA}, ${transposeB}`,
    [floats(a, -1, 1), floats(b, -1, 2)],
    (x: tf.Tensor, y: tf.Tensor) => tf.matMul(x, y, transposeA, transposeB),
  );

const einsum = (equation: string, ...shapes: number[][]): GradientCase =>
  op(
    'Einsum',
    equation,
    shapes.map((shape, i) => floats(shape, -1 + i, 1 + i)),
    (...xs: tf.Tensor[]) => tf.einsum(equation, ...xs),
  );

const band = (lower: number, upper: number): GradientCase =>
  call('MatrixBandPart', {
    input: floats([2, 3, 4], -1, 1),
    numLower: given([lower], 'int32', []),
    numUpper: given([upper], 'int32', []),
  });

export const matrix: readonly GradientCase[] = [
  product([2, 3], [3, 4], false, false),
  product([3, 2], [3, 4], true, false),
  product([2, 3], [4, 3], false, true),
  product([3, 2], [4, 3], true, true),
  product([2, 2, 3], [2, 3, 2], false, false),
  product([2, 2, 3], [3, 2], false, false),
  product([2, 3], [2, 2, 3], false, true),
  product([2, 1, 3, 2], [3, 3, 2], true, false),
  einsum('ij,jk->ik', [2, 3], [3, 2]),
  einsum('bij, bkj -> bik', [2, 2, 3], [2, 2, 3]),
  einsum('ij->ji', [2, 3]),
  einsum('ij->i', [2, 3]),
  einsum('ij->', [2, 3]),
  einsum('i,j->ij', [2], [3]),
  einsum('ij,ij->', [2, 3], [2, 3]),
  einsum('ijk,jl->il', [2, 3, 2], [3, 2]),
  op('Diag', '', [floats([3], -1, 1)], tf.diag),
  op('Diag', 'of a matrix', [floats([2, 2], -1, 1)], tf.diag),
  band(1, 0),
  band(-1, 1),
];
