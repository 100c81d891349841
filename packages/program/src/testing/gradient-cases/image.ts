// Gradient cases of resizing, cropping, transforming and rotating images.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions, type GradientCase } from '../gradient-case.js';
import { call, op } from '../kernel-case.js';
import { floats, given } from '../sample.js';

const picture = floats([1, 3, 4, 2], -1, 1);
const square = floats([1, 3, 3, 1], -1, 1);
// Inside the image, and partly outside of it; the sampled places are off the grid.
const boxes = given([0.05, 0.11, 0.83, 0.92, -0.23, 0.13, 0.71, 1.31], 'float32', [2, 4]);
// Read from within the image and from outside of it, nowhere near a whole pixel or half a pixel.
const affine = given([1.006, 0.052, 1.224, -0.017, 1.054, 1.787, -0.004, 0.018], 'float32', [1, 8]);
const affineEach = given(
  [1.023, -0.001, 1.211, -0.009, 0.988, 1.775, 0, 0, 0.981, -0.025, 0.277, -0.007, 0.95, 0.291, 0, -0.015],
  'float32',
  [2, 8],
);

const resizes = {
  ResizeBilinear: tf.image.resizeBilinear,
  ResizeNearestNeighbor: tf.image.resizeNearestNeighbor,
};

const sizes: readonly (readonly [string, [number, number]])[] = [
  ['larger', [5, 7]],
  ['smaller', [2, 3]],
  ['to one pixel', [1, 1]],
];

export const image: readonly GradientCase[] = [
  ...Object.entries(resizes).flatMap(([kernel, fn]) =>
    sizes.flatMap(([note, size]) => [
      op(kernel, note, [picture], (x: tf.Tensor4D) => fn(x, size)),
      op(kernel, `${note}, corners aligned`, [picture], (x: tf.Tensor4D) => fn(x, size, true)),
      op(kernel, `${note}, half pixels`, [picture], (x: tf.Tensor4D) => fn(x, size, false, true)),
    ]),
  ),
  // tfjs-backend-cpu's kernels swap height and width: squares only.
  ...['ResizeBilinearGrad', 'ResizeNearestNeighborGrad'].flatMap((kernel) =>
    [true, false].map((alignCorners) =>
      call(
        kernel,
        { images: square, dy: floats([1, 5, 5, 1], -1, 1) },
        { alignCorners, halfPixelCenters: false },
      ),
    ),
  ),
  ...(['bilinear', 'nearest'] as const).map((method) =>
    op(
      'CropAndResize',
      method,
      [floats([2, 3, 4, 1], -1, 1), boxes, given([1, 0], 'int32')],
      (x: tf.Tensor4D, b: tf.Tensor2D, i: tf.Tensor1D) => tf.image.cropAndResize(x, b, i, [3, 2], method),
    ),
  ),
  op(
    'CropAndResize',
    'to one pixel',
    [floats([2, 3, 4, 1], -1, 1), boxes, given([1, 0], 'int32')],
    (x: tf.Tensor4D, b: tf.Tensor2D, i: tf.Tensor1D) => tf.image.cropAndResize(x, b, i, [1, 1]),
  ),
  ...(['constant', 'nearest', 'reflect', 'wrap'] as const).flatMap((mode) => [
    withOptions(
      op('Transform', `bilinear, ${mode}`, [picture, affine], (x: tf.Tensor4D, t: tf.Tensor2D) =>
        tf.image.transform(x, t, 'bilinear', mode),
      ),
      { step: 2e-3, tolerance: 6e-3 },
    ),
    withOptions(
      op('Transform', `nearest, ${mode}`, [picture, affine], (x: tf.Tensor4D, t: tf.Tensor2D) =>
        tf.image.transform(x, t, 'nearest', mode),
      ),
      { step: 2e-3, tolerance: 6e-3 },
    ),
  ]),
  withOptions(
    op(
      'Transform',
      'one each, to another size',
      [floats([2, 3, 4, 1], -1, 1), affineEach],
      (x: tf.Tensor4D, t: tf.Tensor2D) => tf.image.transform(x, t, 'bilinear', 'constant', 0, [4, 3]),
    ),
    { step: 2e-3, tolerance: 6e-3 },
  ),
  op('RotateWithOffset', '', [picture], (x: tf.Tensor4D) => tf.image.rotateWithOffset(x, 0.6)),
  op('RotateWithOffset', 'about another center', [picture], (x: tf.Tensor4D) =>
    tf.image.rotateWithOffset(x, -1.1, 0.5, [0.3, 0.6]),
  ),
];
