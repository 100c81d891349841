// Cases of kernels that trade between space and batch or depth.
import * as tf from '@tensorflow/tfjs-core';
import { call, gives, misfit, op, type ShapeCases } from '../kernel-case.js';
import { float, int } from '../sample.js';

export const blocks: ShapeCases = {
  cases: [
    op('BatchToSpaceND', '', [float(4, 2, 3, 1)], (x: tf.Tensor) =>
      tf.batchToSpaceND(
        x,
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
    ),
    op('BatchToSpaceND', 'with crops', [int(6, 4, 2)], (x: tf.Tensor) => tf.batchToSpaceND(x, [3], [[1, 2]])),
    op('SpaceToBatchND', '', [float(1, 4, 6, 2)], (x: tf.Tensor) =>
      tf.spaceToBatchND(
        x,
        [2, 3],
        [
          [0, 0],
          [0, 0],
        ],
      ),
    ),
    op('SpaceToBatchND', 'with paddings', [int(1, 3, 2)], (x: tf.Tensor) =>
      tf.spaceToBatchND(x, [2], [[1, 0]]),
    ),
    ...[2, 3].map((block) =>
      op('DepthToSpace', `blocks of ${block}`, [float(2, 2, 3, 36)], (x: tf.Tensor4D) =>
        tf.depthToSpace(x, block),
      ),
    ),
    call('DepthToSpace', { x: int(1, 2, 2, 4) }, { blockSize: 2, dataFormat: 'NHWC' }),
    gives(
      call('DepthToSpace', { x: float(2, 8, 2, 3) }, { blockSize: 2, dataFormat: 'NCHW' }),
      'float32[2, 2, 4, 6]',
    ),
  ],
  misfits: [
    misfit(
      'SHAPE_MISMATCH',
      ['[3, 2]', '[2]'],
      call('BatchToSpaceND', { x: float(3, 2) }, { blockShape: [2], crops: [[0, 0]] }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2, 1]'],
      call('BatchToSpaceND', { x: float(2, 1) }, { blockShape: [2], crops: [[2, 2]] }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[1, 3]', '[2]'],
      call('SpaceToBatchND', { x: float(1, 3) }, { blockShape: [2], paddings: [[0, 0]] }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[3]'],
      call('SpaceToBatchND', { x: float(3) }, { blockShape: [2], paddings: [[0, 0]] }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[1, 2, 2, 3]'],
      call('DepthToSpace', { x: float(1, 2, 2, 3) }, { blockSize: 2, dataFormat: 'NHWC' }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2, 4]', 'rank 4'],
      call('DepthToSpace', { x: float(2, 4) }, { blockSize: 2, dataFormat: 'NHWC' }),
    ),
  ],
};
