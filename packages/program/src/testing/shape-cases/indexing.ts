// Cases of gathering, scattering, one-hot vectors, the largest elements and sums by segment.
import * as tf from '@tensorflow/tfjs-core';
import { call, gives, misfit, op, type ShapeCases } from '../kernel-case.js';
import { bool, complex, float, given, int, text, type Sample } from '../sample.js';

const points = given([0, 1, 1, 0, 1, 2], 'int32', [3, 2]);

const gather = (note: string, x: Sample, indices: Sample, axis = 0, batchDims = 0) =>
  op('GatherV2', note, [x, indices], (t: tf.Tensor, i: tf.Tensor) => tf.gather(t, i, axis, batchDims));

export const indexing: ShapeCases = {
  cases: [
    gather('', float(3, 2), int(4)),
    gather('along the last axis', float(2, 3), int(2, 2), -1),
    gather('by one index', int(3, 2), int()),
    gather('of bools', bool(3), int(2)),
    call('GatherV2', { x: text('a', 'b', 'c'), indices: int(2) }, { axis: 0, batchDims: 0 }),
    gather('a batch', float(2, 3, 4), int(2, 5), 1, 1),
    gather('a batch, further in', float(2, 3, 4), int(2, 3), 2, 1),
    gather('a batch counted from the end', float(2, 3), int(2, 3), 1, -1),
    op('GatherNd', 'elements', [float(2, 3), points], tf.gatherND),
    op('GatherNd', 'rows', [int(3, 2), given([0, 2], 'int32', [2, 1])], tf.gatherND),
    op('GatherNd', 'several axes of indices', [float(3, 4, 2), int(2, 2, 2)], tf.gatherND),
    op('ScatterNd', 'elements', [points, float(3)], (i: tf.Tensor, u: tf.Tensor) =>
      tf.scatterND(i, u, [2, 3]),
    ),
    op('ScatterNd', 'rows', [int(2, 1), int(2, 4)], (i: tf.Tensor, u: tf.Tensor) =>
      tf.scatterND(i, u, [3, 4]),
    ),
    op('TensorScatterUpdate', '', [float(2, 3), points, float(3)], tf.tensorScatterUpdate),
    op('TensorScatterUpdate', '', [int(3, 2), int(1, 1), int(1, 2)], tf.tensorScatterUpdate),
    op('OneHot', '', [int(4)], (i: tf.Tensor) => tf.oneHot(i, 3)),
    op('OneHot', 'floats', [int(2, 2)], (i: tf.Tensor) => tf.oneHot(i, 3, 1, 0, 'float32')),
    op('OneHot', 'booleans of one index', [int()], (i: tf.Tensor) => tf.oneHot(i, 3, 1, 0, 'bool')),
    ...[1, 2, 3].map((k) =>
      op('TopK', `the ${k} largest`, [float(2, 3)], (x: tf.Tensor) => Object.values(tf.topk(x, k))),
    ),
    op('TopK', '', [int(4)], (x: tf.Tensor) => Object.values(tf.topk(x, 2))),
    op('UnsortedSegmentSum', '', [float(4, 2), int(4)], (x: tf.Tensor, s: tf.Tensor1D) =>
      tf.unsortedSegmentSum(x, s, 3),
    ),
    // tfjs-backend-cpu gives floats; libtensorflow and the other backends keep the dtype.
    gives(call('UnsortedSegmentSum', { x: int(4), segmentIds: int(4) }, { numSegments: 3 }), 'int32[3]'),
  ],
  misfits: [
    misfit(
      'SHAPE_MISMATCH',
      ['got 2', '[3, 2]'],
      call('GatherV2', { x: float(3, 2), indices: int(1) }, { axis: 2, batchDims: 0 }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2, 3]', '[4, 2]'],
      call('GatherV2', { x: float(2, 3), indices: int(4, 2) }, { axis: 1, batchDims: 1 }),
    ),
    misfit(
      'DTYPE_MISMATCH',
      ['float32[2]'],
      call('GatherV2', { x: float(3), indices: float(2) }, { axis: 0, batchDims: 0 }),
    ),
    misfit(
      'DTYPE_MISMATCH',
      ['complex64[3]'],
      call('GatherV2', { x: complex(3), indices: int(2) }, { axis: 0, batchDims: 0 }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2, 3]', '[4, 3]'],
      call('GatherNd', { params: float(2, 3), indices: int(4, 3) }),
    ),
    misfit(
      'DTYPE_MISMATCH',
      ['float32[1, 2]'],
      call('GatherNd', { params: float(2, 3), indices: float(1, 2) }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[3]', '[4]'],
      call('ScatterNd', { indices: points, updates: float(4) }, { shape: [2, 3] }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2]'],
      call('ScatterNd', { indices: points, updates: float(3) }, { shape: [2] }),
    ),
    misfit(
      'DTYPE_MISMATCH',
      ['float32[2, 3]', 'int32[3]'],
      call('TensorScatterUpdate', { tensor: float(2, 3), indices: points, updates: int(3) }),
    ),
    misfit(
      'DTYPE_MISMATCH',
      ['float32[3]'],
      call('OneHot', { indices: float(3) }, { depth: 2, onValue: 1, offValue: 0, dtype: 'float32' }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['got -1'],
      call('OneHot', { indices: int(3) }, { depth: -1, onValue: 1, offValue: 0, dtype: 'float32' }),
    ),
    misfit('SHAPE_MISMATCH', ['got 4', '[2, 3]'], call('TopK', { x: float(2, 3) }, { k: 4, sorted: true })),
    misfit(
      'SHAPE_MISMATCH',
      ['[4]', '[3]'],
      call('UnsortedSegmentSum', { x: float(4, 2), segmentIds: int(3) }, { numSegments: 3 }),
    ),
  ],
};
