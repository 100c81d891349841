// Cases of kernels that move elements about.
import * as tf from '@tensorflow/tfjs-core';
import { call, gives, misfit, op, type ShapeCases } from '../kernel-case.js';
import { bool, complex, float, int, text } from '../sample.js';

const joined =
  (axis: number) =>
  (...xs: tf.Tensor[]): tf.Tensor =>
    tf.concat(xs, axis);
const stacked =
  (axis: number) =>
  (...xs: tf.Tensor[]): tf.Tensor =>
    tf.stack(xs, axis);

export const arrangement: ShapeCases = {
  cases: [
    op('Reshape', '', [float(2, 6)], (x: tf.Tensor) => tf.reshape(x, [3, 4])),
    op('Reshape', 'to an inferred size', [int(2, 6)], (x: tf.Tensor) => tf.reshape(x, [3, -1, 2])),
    op('Reshape', 'to a scalar', [float(1, 1)], (x: tf.Tensor) => tf.reshape(x, [])),
    op('Reshape', 'of nothing', [float(0, 3)], (x: tf.Tensor) => tf.reshape(x, [3, 0])),
    ...[complex(2, 2), bool(2, 2), text('a', 'b', 'c', 'd')].map((x) =>
      call('Reshape', { x }, { shape: [4] }),
    ),
    ...[0, 1, 2, -1, -3].map((axis) =>
      op('ExpandDims', `at ${axis}`, [float(2, 3)], (x: tf.Tensor) => tf.expandDims(x, axis)),
    ),
    op('Transpose', '', [float(2, 3)], (x: tf.Tensor) => tf.transpose(x)),
    op('Transpose', 'by a permutation', [int(2, 3, 4)], (x: tf.Tensor) => tf.transpose(x, [1, 2, 0])),
    op('Tile', '', [float(2, 3)], (x: tf.Tensor) => tf.tile(x, [2, 3])),
    op('Tile', '', [bool(2)], (x: tf.Tensor) => tf.tile(x, [3])),
    op('Tile', 'zero times', [float(2, 3)], (x: tf.Tensor) => tf.tile(x, [1, 0])),
    op('Tile', '', [text('a', 'b')], (x: tf.Tensor) => tf.tile(x, [2])),
    gives(call('BroadcastTo', { x: float(2, 1) }, { shape: [4, 2, 3] }), 'float32[4, 2, 3]'),
    gives(call('BroadcastTo', { x: int() }, { shape: [2] }), 'int32[2]'),
    op('Concat', '', [float(2, 3), float(2, 3)], joined(0)),
    op('Concat', '', [float(2, 3), float(2, 1), float(2, 2)], joined(-1)),
    op('Concat', 'of an empty part', [float(0, 3), float(2, 3)], joined(0)),
    op('Concat', '', [int(2), int(3)], joined(0)),
    op('Concat', '', [bool(2), bool(3)], joined(0)),
    op('Concat', '', [complex(2), complex(3)], joined(0)),
    op('Concat', '', [text('a'), text('b')], joined(0)),
    ...[0, 1, 2, -1].map((axis) => op('Pack', `along ${axis}`, [float(2, 3), float(2, 3)], stacked(axis))),
    op('Pack', '', [int(), int(), int()], stacked(0)),
    ...[0, 1, -1].map((axis) =>
      op('Unpack', `along ${axis}`, [float(2, 3)], (x: tf.Tensor) => tf.unstack(x, axis)),
    ),
    op('SplitV', 'in equal parts', [float(6, 2)], (x: tf.Tensor) => tf.split(x, 3)),
    op('SplitV', 'by sizes', [float(2, 6)], (x: tf.Tensor) => tf.split(x, [1, 2, 3], 1)),
    op('SplitV', 'with a rest', [int(2, 6)], (x: tf.Tensor) => tf.split(x, [1, -1, 3], -1)),
    op('Slice', '', [float(4, 5)], (x: tf.Tensor) => tf.slice(x, [1, 2], [2, 3])),
    op('Slice', 'to the end', [int(4, 5)], (x: tf.Tensor) => tf.slice(x, [1, 2], [-1, 2])),
    op('Slice', 'of leading axes', [bool(4, 5)], (x: tf.Tensor) => tf.slice(x, 1)),
    op('Slice', 'of nothing', [float(4)], (x: tf.Tensor) => tf.slice(x, [4], [0])),
    op('Slice', '', [text('a', 'b')], (x: tf.Tensor) => tf.slice(x, [1], [1])),
    op('StridedSlice', '', [float(5, 6)], (x: tf.Tensor) => tf.stridedSlice(x, [0, 1], [5, 6], [2, 3])),
    op('StridedSlice', 'backwards', [float(5)], (x: tf.Tensor) => tf.stridedSlice(x, [-1], [-6], [-2])),
    op('StridedSlice', 'with masks', [float(4, 5, 6)], (x: tf.Tensor) =>
      tf.stridedSlice(x, [1, 1], [3, 3], [1, 1], 1, 2, 0, 0, 0),
    ),
    op('StridedSlice', 'with an ellipsis', [float(4, 5, 6)], (x: tf.Tensor) =>
      tf.stridedSlice(x, [0, 1], [0, 4], [1, 2], 0, 0, 1, 0, 0),
    ),
    op('StridedSlice', 'with a new axis', [int(4, 5)], (x: tf.Tensor) =>
      tf.stridedSlice(x, [0, 1], [0, 3], [1, 1], 0, 0, 0, 1, 0),
    ),
    op('StridedSlice', 'dropping an axis', [float(4, 5)], (x: tf.Tensor) =>
      tf.stridedSlice(x, [1, 1], [2, 3], [1, 1], 0, 0, 0, 0, 1),
    ),
    // tfjs-backend-cpu fails on an empty slice whose bounds cross.
    gives(
      op('StridedSlice', 'of nothing', [float(4)], (x: tf.Tensor) => tf.stridedSlice(x, [3], [1], [1])),
      'float32[0]',
    ),
    op('PadV2', '', [float(2, 3)], (x: tf.Tensor) =>
      tf.pad(
        x,
        [
          [1, 2],
          [0, 3],
        ],
        5,
      ),
    ),
    op('PadV2', '', [int(2)], (x: tf.Tensor) => tf.pad(x, [[1, 0]])),
    ...(['reflect', 'symmetric'] as const).map((mode) =>
      op('MirrorPad', mode, [float(2, 3)], (x: tf.Tensor) =>
        tf.mirrorPad(
          x,
          [
            [1, 0],
            [2, 2],
          ],
          mode,
        ),
      ),
    ),
    op('MirrorPad', 'symmetric by the whole size', [int(2)], (x: tf.Tensor) =>
      tf.mirrorPad(x, [[2, 2]], 'symmetric'),
    ),
    op('Reverse', '', [float(2, 3)], (x: tf.Tensor) => tf.reverse(x)),
    op('Reverse', 'along the last axis', [int(2, 3)], (x: tf.Tensor) => tf.reverse(x, -1)),
  ],
  misfits: [
    misfit(
      'SHAPE_MISMATCH',
      ['[2, 3]', '[4]'],
      op('Reshape', '', [float(2, 3)], (x: tf.Tensor) => tf.reshape(x, [4])),
    ),
    misfit('SHAPE_MISMATCH', ['[-1, -1]'], call('Reshape', { x: float(4) }, { shape: [-1, -1] })),
    misfit('SHAPE_MISMATCH', ['[4, -1]'], call('Reshape', { x: float(6) }, { shape: [4, -1] })),
    misfit('SHAPE_MISMATCH', ['got 3', '[2]'], call('ExpandDims', { input: float(2) }, { dim: 3 })),
    misfit('SHAPE_MISMATCH', ['[0, 0]', '[2, 3]'], call('Transpose', { x: float(2, 3) }, { perm: [0, 0] })),
    misfit('DTYPE_MISMATCH', ['string[1]'], call('Transpose', { x: text('a') }, { perm: [0] })),
    misfit('SHAPE_MISMATCH', ['[2, 3]', '[2]'], call('Tile', { x: float(2, 3) }, { reps: [2] })),
    misfit('SHAPE_MISMATCH', ['[2]', '[3]'], call('BroadcastTo', { x: float(2) }, { shape: [3] })),
    misfit('SHAPE_MISMATCH', ['[4, 3]', '[3]'], call('BroadcastTo', { x: float(4, 3) }, { shape: [3] })),
    misfit('SHAPE_MISMATCH', ['[2, 3]', '[3, 3]'], call('Concat', [float(2, 3), float(3, 3)], { axis: 1 })),
    misfit('SHAPE_MISMATCH', ['rank 2', '[3]'], call('Concat', [float(2, 3), float(3)], { axis: 0 })),
    misfit('SHAPE_MISMATCH', ['got 2', '[2, 3]'], call('Concat', [float(2, 3), float(2, 3)], { axis: 2 })),
    misfit('DTYPE_MISMATCH', ['float32[2]', 'int32[2]'], call('Concat', [float(2), int(2)], { axis: 0 })),
    misfit('SHAPE_MISMATCH', ['[2]', '[3]'], call('Pack', [float(2), float(3)], { axis: 0 })),
    misfit('SHAPE_MISMATCH', ['got 2', '[2]'], call('Unpack', { value: float(2) }, { axis: 2 })),
    misfit(
      'SHAPE_MISMATCH',
      ['[5, 2]', '3 equal parts'],
      call('SplitV', { x: float(5, 2) }, { numOrSizeSplits: 3, axis: 0 }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[5]', '[2, 2]'],
      call('SplitV', { x: float(5) }, { numOrSizeSplits: [2, 2], axis: 0 }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[5]', '[-1, -1, 2]'],
      call('SplitV', { x: float(5) }, { numOrSizeSplits: [-1, -1, 2], axis: 0 }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[4]', '[3]', '[2]'],
      call('Slice', { x: float(4) }, { begin: [3], size: [2] }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2, 3]'],
      call('PadV2', { x: float(2, 3) }, { paddings: [[1, 1]], constantValue: 0 }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2]', 'reflect'],
      call('MirrorPad', { x: float(2) }, { paddings: [[2, 0]], mode: 'reflect' }),
    ),
    misfit('SHAPE_MISMATCH', ['got 1', '[2]'], call('Reverse', { x: float(2) }, { dims: [1] })),
  ],
};
