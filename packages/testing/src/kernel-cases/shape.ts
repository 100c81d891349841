// Cases of kernels that move values, and of gathering and scattering.
import * as tf from '@tensorflow/tfjs-core';
import { booleans, floats, integers, list, type KernelCase } from '../kernel-case.js';

export const shapeCases: readonly KernelCase[] = [
  {
    name: 'reshape, expandDims, squeeze and flatten',
    fn: (x) => [
      tf.reshape(x!, [4, -1]),
      tf.expandDims(x!, 1),
      tf.squeeze(tf.expandDims(x!, 0)),
      tf.reshape(x!, [-1]),
    ],
    inputs: [floats([2, 6])],
  },
  {
    name: 'transpose',
    fn: (x) => tf.transpose(x!, [2, 0, 1]),
    inputs: [floats([2, 3, 4])],
    withGradient: true,
  },
  {
    name: 'transpose of bools and integers',
    fn: (b, i) => [tf.transpose(b!), tf.transpose(i!)],
    inputs: [booleans([2, 3]), integers([2, 3], 9)],
  },
  {
    name: 'concat',
    fn: (a, b) => tf.concat([a!, b!], 1),
    inputs: [floats([2, 3]), floats([2, 2], 5, 6)],
    withGradient: true,
  },
  {
    name: 'concat with an empty part',
    fn: (a) => tf.concat([a!, tf.zeros([0, 3])], 0),
    inputs: [floats([2, 3])],
  },
  {
    name: 'stack',
    fn: (a, b) => tf.stack([a!, b!], 1),
    inputs: [floats([2, 3]), floats([2, 3], 5, 6)],
    withGradient: true,
  },
  { name: 'unstack', fn: (x) => tf.unstack(x!, 1), inputs: [floats([2, 3])] },
  {
    name: 'split into equal and unequal parts',
    fn: (x) => [...tf.split(x!, 3, 1), ...tf.split(x!, [1, 2, 3], 1)],
    inputs: [floats([2, 6])],
  },
  {
    name: 'the gradient of a split',
    fn: (x) => tf.mul(tf.split(x!, [2, 4], 1)[1]!, 3),
    inputs: [floats([2, 6])],
    withGradient: true,
  },
  {
    name: 'slice',
    fn: (x) => tf.slice(x!, [1, 0, 2], [1, -1, 2]),
    inputs: [floats([3, 2, 5])],
    withGradient: true,
  },
  {
    name: 'stridedSlice',
    fn: (x) => tf.stridedSlice(x!, [0, 1], [4, 6], [2, 3]),
    inputs: [floats([4, 6])],
    withGradient: true,
  },
  {
    name: 'stridedSlice backwards and with masks',
    fn: (x) => [
      tf.stridedSlice(x!, [3, 5], [0, 0], [-1, -2]),
      tf.stridedSlice(x!, [3], [0], [-1], 0, 1),
      tf.stridedSlice(x!, [1, 2], [2, 3], [1, 1], 0, 0, 0, 0, 2),
    ],
    inputs: [floats([4, 6])],
  },
  {
    name: 'pad',
    fn: (x) =>
      tf.pad(
        x!,
        [
          [1, 2],
          [0, 1],
        ],
        7,
      ),
    inputs: [floats([2, 3])],
    withGradient: true,
  },
  {
    name: 'pad of integers and bools',
    fn: (i, b) => [tf.pad(i!, [[1, 1]], 4), tf.pad(b!, [[1, 0]])],
    inputs: [integers([3], 9), booleans([4])],
  },
  {
    name: 'mirrorPad',
    fn: (x) => [
      tf.mirrorPad(
        x!,
        [
          [1, 1],
          [2, 1],
        ],
        'reflect',
      ),
      tf.mirrorPad(
        x!,
        [
          [2, 0],
          [1, 3],
        ],
        'symmetric',
      ),
    ],
    inputs: [floats([3, 4])],
  },
  { name: 'tile', fn: (x) => tf.tile(x!, [2, 1, 3]), inputs: [floats([2, 2, 2])], withGradient: true },
  {
    name: 'broadcastTo',
    fn: (x) => tf.broadcastTo(x!, [2, 3, 4]),
    inputs: [floats([3, 1])],
    withGradient: true,
  },
  { name: 'reverse', fn: (x) => tf.reverse(x!, [0, 2]), inputs: [floats([2, 3, 4])], withGradient: true },
  {
    name: 'gather',
    fn: (x, i) => tf.gather(x!, i!, 1),
    inputs: [floats([2, 5, 3]), list([4, 0, 0, 2], 'int32')],
    withGradient: true,
  },
  {
    name: 'gather of rows by a matrix of indices, an embedding',
    fn: (x, i) => tf.gather(x!, i!),
    inputs: [floats([6, 3]), integers([2, 4], 6)],
    withGradient: true,
  },
  {
    name: 'gather with batches',
    fn: (x, i) => [tf.gather(x!, i!, 1, 1), tf.gather(tf.expandDims(x!, 1), i!, 2, 1)],
    inputs: [floats([3, 5, 2]), integers([3, 4], 5)],
  },
  {
    name: 'gather by indices below 0, and out of bounds',
    fn: (x, i) => tf.gather(x!, i!),
    inputs: [floats([3, 2]), list([-1, 0, 3, -4], 'int32')],
    withGradient: true,
  },
  {
    name: 'gather by such indices along other axes, with batches, and of integers',
    fn: (x, i, n, b) => [
      tf.gather(x!, tf.reshape(i!, [4]), 1),
      tf.gather(x!, i!, 2, 1),
      tf.gather(n!, i!),
      tf.gather(b!, i!),
    ],
    inputs: [floats([2, 3, 3]), list([-1, 2, 3, -4], 'int32', [2, 2]), integers([3], 9), booleans([3])],
  },
  {
    name: 'the gradient of gather with batches, by such indices',
    fn: (x, i) => tf.gather(x!, i!, 1, 1),
    inputs: [floats([2, 3, 2]), list([-1, 2, 3, -4], 'int32', [2, 2])],
    withGradient: true,
  },
  {
    name: 'gatherND and its gradient, by such indices',
    fn: (x, i) => tf.gatherND(x!, i!),
    inputs: [floats([3, 4]), list([-1, -1, 0, 4, -4, 0, 2, 1], 'int32', [4, 2])],
    withGradient: true,
  },
  {
    name: 'scatterND and its gradient, by such indices',
    fn: (i, u) => tf.scatterND(i!, u!, [3, 2]),
    inputs: [list([-1, 0, 3, -4], 'int32', [4, 1]), floats([4, 2])],
    withGradient: true,
  },
  {
    name: 'tensorScatterUpdate and sparseToDense, by such indices',
    fn: (x, i, u) => [
      tf.tensorScatterUpdate(x!, i!, u!),
      tf.sparseToDense(
        tf.reshape(i!, [4]),
        tf.reshape(tf.slice(u!, [0, 0], [-1, 1]), [4]),
        [3],
        tf.scalar(9),
      ),
    ],
    inputs: [floats([3, 2]), list([-1, 0, 3, -4], 'int32', [4, 1]), floats([4, 2], 8, 9)],
  },
  { name: 'gatherND', fn: (x, i) => tf.gatherND(x!, i!), inputs: [floats([3, 4, 2]), integers([5, 2], 3)] },
  {
    name: 'scatterND with repeated indices',
    fn: (i, u) => tf.scatterND(i!, u!, [6, 2]),
    inputs: [list([0, 4, 0, 5], 'int32', [4, 1]), floats([4, 2])],
  },
  {
    name: 'tensorScatterUpdate',
    fn: (x, i, u) => tf.tensorScatterUpdate(x!, i!, u!),
    inputs: [floats([5, 2]), list([3, 0], 'int32', [2, 1]), floats([2, 2], 8, 9)],
  },
  {
    name: 'sparseToDense',
    fn: (i, v) => tf.sparseToDense(i!, v!, [6], tf.scalar(9)),
    inputs: [list([1, 4, 5], 'int32'), floats([3])],
  },
  {
    name: 'unsortedSegmentSum with ids that are dropped',
    fn: (x, i) => tf.unsortedSegmentSum(x!, i as tf.Tensor1D, 3),
    inputs: [floats([5, 2]), list([0, 2, -1, 2, 0], 'int32')],
  },
  {
    name: 'oneHot',
    fn: (i) => [tf.oneHot(i!, 4), tf.oneHot(i!, 4, 5, -2), tf.oneHot(i!, 3, 1, 0, 'float32')],
    inputs: [list([0, 3, 1, -1, 9], 'int32')],
  },
  {
    name: 'range, linspace, fill and eye',
    fn: (x) => [
      tf.add(x!, tf.range(0, 2, 0.5)),
      tf.add(x!, tf.linspace(0, 1, 4)),
      tf.add(x!, tf.fill([4], 3)),
      tf.eye(3),
      tf.range(5, 1, -2, 'int32'),
      tf.zerosLike(x!),
      tf.ones([2, 2], 'int32'),
      tf.fill([40], 2.5),
    ],
    inputs: [floats([4])],
  },
  { name: 'diag', fn: (x) => tf.diag(x!), inputs: [floats([3])] },
  {
    name: 'depthToSpace',
    fn: (x) => tf.depthToSpace(x as tf.Tensor4D, 2, 'NHWC'),
    inputs: [floats([1, 2, 3, 8])],
  },
  {
    name: 'spaceToBatchND and batchToSpaceND',
    fn: (x) => {
      const batches = tf.spaceToBatchND(
        x!,
        [2, 2],
        [
          [1, 1],
          [0, 1],
        ],
      );
      return [
        batches,
        tf.batchToSpaceND(
          batches,
          [2, 2],
          [
            [1, 1],
            [0, 1],
          ],
        ),
      ];
    },
    inputs: [floats([1, 4, 3, 2])],
  },
];
