// Gradient cases of kernels that move values about.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientCase } from '../gradient-case.js';
import { call, op } from '../kernel-case.js';
import { float, floats } from '../sample.js';

type Unary = (x: tf.Tensor) => tf.Tensor | tf.Tensor[];

const of = (kernel: string, note: string, shape: number[], fn: Unary): GradientCase =>
  op(kernel, note, [float(...shape)], fn);

/** Both parts of a function of a complex number, as a function of its parts. */
const byParts =
  (fn: (x: tf.Tensor) => tf.Tensor) =>
  (real: tf.Tensor, imag: tf.Tensor): tf.Tensor[] => {
    const y = fn(tf.complex(real, imag));
    return [tf.real(y), tf.imag(y)];
  };

const parts = [floats([2, 3], 0.1, 0.9), floats([2, 3], 1, 2)];

const slices: readonly (readonly [string, number[], (x: tf.Tensor) => tf.Tensor])[] = [
  ['in steps', [5, 6], (x) => tf.stridedSlice(x, [0, 1], [5, 6], [2, 3])],
  ['in steps that end before the end', [7], (x) => tf.stridedSlice(x, [1], [6], [3])],
  ['backwards', [5], (x) => tf.stridedSlice(x, [-1], [-6], [-2])],
  ['backwards from within', [6, 2], (x) => tf.stridedSlice(x, [4, 0], [1, 2], [-1, 1])],
  ['with masks', [3, 4, 2], (x) => tf.stridedSlice(x, [1, 1], [3, 3], [1, 1], 1, 2)],
  ['with an ellipsis', [2, 3, 4], (x) => tf.stridedSlice(x, [0, 1], [0, 4], [1, 2], 0, 0, 1)],
  ['with a new axis', [3, 4], (x) => tf.stridedSlice(x, [0, 1], [0, 3], [1, 1], 0, 0, 0, 1)],
  ['dropping an axis', [3, 4], (x) => tf.stridedSlice(x, [1, 1], [2, 3], [1, 1], 0, 0, 0, 0, 1)],
];

export const arrangement: readonly GradientCase[] = [
  of('Identity', '', [2, 3], (x) => tf.clone(x)),
  call('Cast', { x: float(3) }, { dtype: 'float32' }),
  op('Cast', 'to complex numbers', [float(3)], (x: tf.Tensor) => {
    const y = tf.cast(x, 'complex64');
    return [tf.real(y), tf.imag(y)];
  }),
  op('Cast', 'from complex numbers', parts, (re: tf.Tensor, im: tf.Tensor) =>
    tf.cast(tf.complex(re, im), 'float32'),
  ),
  of('Reshape', '', [2, 6], (x) => tf.reshape(x, [3, 4])),
  op(
    'Reshape',
    'of complex numbers',
    parts,
    byParts((x) => tf.reshape(x, [3, 2])),
  ),
  of('ExpandDims', '', [2, 3], (x) => tf.expandDims(x, 1)),
  of('Transpose', '', [2, 3], (x) => tf.transpose(x)),
  of('Transpose', 'by a permutation that is not its own inverse', [2, 3, 4], (x) =>
    tf.transpose(x, [2, 0, 1]),
  ),
  op('Concat', '', [float(2, 3), floats([2, 1], 1, 2), floats([2, 2], 2, 3)], (...xs: tf.Tensor[]) =>
    tf.concat(xs, -1),
  ),
  op('Concat', 'along the first axis', [float(1, 2), floats([2, 2], 1, 2)], (...xs: tf.Tensor[]) =>
    tf.concat(xs, 0),
  ),
  op('Concat', 'of complex numbers', parts, (re: tf.Tensor, im: tf.Tensor) => {
    const x = tf.complex(re, im);
    const y = tf.concat([x, tf.mul(x, x)], 1);
    return [tf.real(y), tf.imag(y)];
  }),
  of('SplitV', 'in equal parts', [4, 3], (x) => tf.split(x, 2)),
  of('SplitV', 'by sizes, one of which is not used', [2, 6], (x) => {
    const [a, , c] = tf.split(x, [1, 2, 3], 1);
    return [a!, c!];
  }),
  op('Pack', '', [float(2, 3), floats([2, 3], 1, 2)], (...xs: tf.Tensor[]) => tf.stack(xs, 1)),
  op('Pack', 'along the last axis', [float(2), floats([2], 1, 2)], (...xs: tf.Tensor[]) => tf.stack(xs, -1)),
  of('Unpack', '', [2, 3], (x) => tf.unstack(x, 1)),
  of('Unpack', 'of which one is used', [3, 2], (x) => tf.unstack(x)[1]!),
  of('Slice', '', [4, 5], (x) => tf.slice(x, [1, 2], [2, 3])),
  of('Slice', 'to the end', [4, 5], (x) => tf.slice(x, [1, 2], [-1, 2])),
  of('Slice', 'of all', [2, 3], (x) => tf.slice(x, [0, 0], [2, 3])),
  ...slices.map(([note, shape, fn]) => of('StridedSlice', note, shape, fn)),
  of('PadV2', '', [2, 3], (x) =>
    tf.pad(
      x,
      [
        [1, 2],
        [0, 3],
      ],
      5,
    ),
  ),
  ...(['reflect', 'symmetric'] as const).flatMap((mode) => [
    of('MirrorPad', mode, [3, 4], (x) =>
      tf.mirrorPad(
        x,
        [
          [1, 2],
          [2, 1],
        ],
        mode,
      ),
    ),
    of('MirrorPad', `${mode}, on one side`, [2, 3], (x) =>
      tf.mirrorPad(
        x,
        [
          [0, 1],
          [2, 0],
        ],
        mode,
      ),
    ),
  ]),
  of('Tile', '', [2, 3], (x) => tf.tile(x, [2, 3])),
  of('Tile', 'along axes of size 1', [1, 3, 1], (x) => tf.tile(x, [2, 1, 3])),
  of('Tile', 'along both kinds of axes', [1, 2, 3], (x) => tf.tile(x, [3, 1, 2])),
  call('BroadcastTo', { x: float(2, 1) }, { shape: [4, 2, 3] }),
  of('Reverse', '', [2, 3], (x) => tf.reverse(x)),
  of('Reverse', 'one axis', [2, 3], (x) => tf.reverse(x, -1)),
  of('FlipLeftRight', '', [1, 2, 3, 2], (x) => tf.image.flipLeftRight(x as tf.Tensor4D)),
  of('SpaceToBatchND', '', [1, 3, 4, 1], (x) =>
    tf.spaceToBatchND(
      x,
      [2, 2],
      [
        [1, 0],
        [1, 1],
      ],
    ),
  ),
  of('BatchToSpaceND', '', [4, 2, 2, 1], (x) =>
    tf.batchToSpaceND(
      x,
      [2, 2],
      [
        [1, 0],
        [0, 1],
      ],
    ),
  ),
  of('DepthToSpace', '', [2, 1, 2, 8], (x) => tf.depthToSpace(x as tf.Tensor4D, 2)),
];
