// Gradient cases of gathering, scattering, choosing and counting.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientCase } from '../gradient-case.js';
import { op } from '../kernel-case.js';
import { bool, float, floats, given, int, type Sample } from '../sample.js';

const points = given([0, 1, 1, 0, 1, 2], 'int32', [3, 2]);
const scalar = given([0.5], 'float32', []);

const gather = (note: string, x: Sample, indices: Sample, axis = 0, batchDims = 0): GradientCase =>
  op('GatherV2', note, [x, indices], (t: tf.Tensor, i: tf.Tensor) => tf.gather(t, i, axis, batchDims));

export const indexing: readonly GradientCase[] = [
  op('Select', '', [bool(2, 3), float(2, 3), floats([2, 3], 1, 2)], tf.where),
  op('Select', 'broadcast by its op', [bool(3, 1), float(2), floats([1, 2], 1, 2)], tf.where),
  gather('rows, some more than once', float(3, 2), given([2, 0, 2, 2], 'int32')),
  gather('along the last axis', float(2, 3), given([0, 2, 2, 1], 'int32', [2, 2]), -1),
  gather('by one index', float(3, 2), given([1], 'int32', [])),
  gather('in the middle', float(2, 3, 2), given([0, 2, 2], 'int32'), 1),
  gather('a batch', float(2, 3, 2), int(2, 5), 1, 1),
  gather('a batch, further in', float(2, 3, 4), int(2, 3), 2, 1),
  gather('a batch counted from the end', float(2, 3), int(2, 3), 1, -1),
  gather('two batch axes', float(2, 2, 3), int(2, 2, 2), 2, 2),
  op('GatherNd', 'elements', [float(2, 3), points], tf.gatherND),
  op('GatherNd', 'rows, one more than once', [float(3, 2), given([0, 2, 0], 'int32', [3, 1])], tf.gatherND),
  op('ScatterNd', 'elements', [points, float(3)], (i: tf.Tensor, u: tf.Tensor) => tf.scatterND(i, u, [2, 3])),
  op(
    'ScatterNd',
    'rows that add up',
    [given([0, 2, 0], 'int32', [3, 1]), float(3, 2)],
    (i: tf.Tensor, u: tf.Tensor) => tf.scatterND(i, u, [3, 2]),
  ),
  op('TensorScatterUpdate', '', [float(2, 3), points, floats([3], 1, 2)], tf.tensorScatterUpdate),
  op(
    'TensorScatterUpdate',
    'rows',
    [float(3, 2), given([2, 0], 'int32', [2, 1]), floats([2, 2], 1, 2)],
    tf.tensorScatterUpdate,
  ),
  op('SparseToDense', '', [points, float(3), scalar], (i: tf.Tensor, v: tf.Tensor, d: tf.Scalar) =>
    tf.sparseToDense(i, v, [2, 3], d),
  ),
  op(
    'SparseToDense',
    'one value',
    [points, given([0.7], 'float32', []), scalar],
    (i: tf.Tensor, v: tf.Tensor, d: tf.Scalar) => tf.sparseToDense(i, v, [2, 3], d),
  ),
  op(
    'SparseToDense',
    'of a vector',
    [given([1, 3], 'int32'), float(2), scalar],
    (i: tf.Tensor, v: tf.Tensor, d: tf.Scalar) => tf.sparseToDense(i, v, [5], d),
  ),
  op('TopK', '', [float(2, 5)], (x: tf.Tensor) => tf.topk(x, 2).values),
  op('TopK', 'of a vector', [float(5)], (x: tf.Tensor) => tf.topk(x, 3).values),
  op('TopK', 'of several axes', [float(2, 2, 3)], (x: tf.Tensor) => tf.topk(x, 2).values),
  op('UnsortedSegmentSum', '', [float(4, 2), given([2, 0, 2, 1], 'int32')], (x: tf.Tensor, s: tf.Tensor1D) =>
    tf.unsortedSegmentSum(x, s, 3),
  ),
  op(
    'UnsortedSegmentSum',
    'with segments that do not exist',
    [float(4), given([2, -1, 5, 1], 'int32')],
    (x: tf.Tensor, s: tf.Tensor1D) => tf.unsortedSegmentSum(x, s, 3),
  ),
  op('Bincount', '', [given([0, 2, 2, 1], 'int32'), float(4)], (x: tf.Tensor1D, w: tf.Tensor1D) =>
    tf.bincount(x, w, 3),
  ),
  op(
    'Bincount',
    'with numbers too large',
    [given([0, 2, 5, 1], 'int32'), float(4)],
    (x: tf.Tensor1D, w: tf.Tensor1D) => tf.bincount(x, w, 3),
  ),
  op('DenseBincount', '', [int(4), float(4)], (x: tf.Tensor1D, w: tf.Tensor1D) => tf.denseBincount(x, w, 3)),
  op('DenseBincount', 'of rows', [int(2, 4), float(2, 4)], (x: tf.Tensor2D, w: tf.Tensor2D) =>
    tf.denseBincount(x, w, 3),
  ),
  op('DenseBincount', 'whether there is one', [int(2, 4), float(2, 4)], (x: tf.Tensor2D, w: tf.Tensor2D) =>
    tf.denseBincount(x, w, 3, true),
  ),
];
