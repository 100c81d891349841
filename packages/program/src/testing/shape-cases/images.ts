// Cases of kernels on images.
import * as tf from '@tensorflow/tfjs-core';
import { call, gives, misfit, op, type ShapeCases } from '../kernel-case.js';
import { float, floats, given, int } from '../sample.js';

const pictures = float(2, 4, 5, 3);
const boxes = given([0, 0, 1, 1, 0.1, 0.2, 0.6, 0.8, 0.5, 0.5, 0.9, 0.9], 'float32', [3, 4]);
const transforms = floats([2, 8], 0, 0.1);
const suppression = { maxOutputSize: 2, iouThreshold: 0.5, scoreThreshold: 0.1, padToMaxOutputSize: true };

const resizes = {
  ResizeBilinear: tf.image.resizeBilinear,
  ResizeNearestNeighbor: tf.image.resizeNearestNeighbor,
};

export const images: ShapeCases = {
  cases: [
    ...Object.entries(resizes).flatMap(([kernel, fn]) => [
      op(kernel, 'larger', [pictures], (x: tf.Tensor4D) => fn(x, [8, 7])),
      op(kernel, 'smaller, corners aligned', [pictures], (x: tf.Tensor4D) => fn(x, [2, 3], true)),
      op(kernel, 'half pixels', [int(2, 4, 5, 3)], (x: tf.Tensor4D) => fn(x, [2, 3], false, true)),
      op(kernel, 'of one image', [float(4, 5, 3)], (x: tf.Tensor3D) => fn(x, [2, 3])),
    ]),
    ...[true, false].flatMap((alignCorners) => {
      const inputs = { images: pictures, dy: float(2, 8, 7, 3) };
      const attrs = { alignCorners, halfPixelCenters: false };
      return [
        call('ResizeNearestNeighborGrad', inputs, attrs),
        // tfjs-backend-cpu's kernel swaps height and width.
        gives(call('ResizeBilinearGrad', inputs, attrs), 'float32[2, 4, 5, 3]'),
      ];
    }),
    op('FlipLeftRight', '', [pictures], (x: tf.Tensor4D) => tf.image.flipLeftRight(x)),
    call('FlipLeftRight', { image: int(1, 2, 2, 1) }),
    op('RotateWithOffset', '', [pictures], (x: tf.Tensor4D) => tf.image.rotateWithOffset(x, 0.5)),
    op('Transform', '', [pictures, transforms], (x: tf.Tensor4D, t: tf.Tensor2D) => tf.image.transform(x, t)),
    op(
      'Transform',
      'one for all, to another size',
      [pictures, floats([1, 8], 0, 0.1)],
      (x: tf.Tensor4D, t: tf.Tensor2D) => tf.image.transform(x, t, 'bilinear', 'reflect', 0, [6, 3]),
    ),
    ...(['bilinear', 'nearest'] as const).map((method) =>
      op(
        'CropAndResize',
        method,
        [pictures, boxes, given([0, 1, 0], 'int32')],
        (x: tf.Tensor4D, b: tf.Tensor2D, i: tf.Tensor1D) => tf.image.cropAndResize(x, b, i, [3, 2], method),
      ),
    ),
    call('NonMaxSuppressionV4', { boxes, scores: float(3) }, suppression),
  ],
  misfits: [
    misfit(
      'SHAPE_MISMATCH',
      ['rank 4', '[4, 5, 3]'],
      call(
        'ResizeBilinear',
        { images: float(4, 5, 3) },
        { size: [2, 2], alignCorners: false, halfPixelCenters: false },
      ),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2, -1]'],
      call(
        'ResizeNearestNeighbor',
        { images: pictures },
        { size: [2, -1], alignCorners: false, halfPixelCenters: false },
      ),
    ),
    ...['ResizeBilinearGrad', 'ResizeNearestNeighborGrad'].map((kernel) =>
      misfit(
        'SHAPE_MISMATCH',
        ['[2, 8, 7, 3]', '[2, 8, 7, 1]'],
        call(
          kernel,
          { images: pictures, dy: float(2, 8, 7, 1) },
          { alignCorners: false, halfPixelCenters: false },
        ),
      ),
    ),
    misfit('SHAPE_MISMATCH', ['rank 4', '[4, 5]'], call('FlipLeftRight', { image: float(4, 5) })),
    misfit(
      'SHAPE_MISMATCH',
      ['rank 4', '[4, 5]'],
      call('RotateWithOffset', { image: float(4, 5) }, { radians: 1, fillValue: 0, center: 0.5 }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2, 8]', '[3, 8]'],
      call(
        'Transform',
        { image: pictures, transforms: float(3, 8) },
        { interpolation: 'nearest', fillMode: 'constant', fillValue: 0, outputShape: null },
      ),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[3]', '[2]'],
      call(
        'CropAndResize',
        { image: pictures, boxes, boxInd: int(2) },
        { cropSize: [2, 2], method: 'bilinear', extrapolationValue: 0 },
      ),
    ),
    misfit(
      'DTYPE_MISMATCH',
      ['float32[3]'],
      call(
        'CropAndResize',
        { image: pictures, boxes, boxInd: float(3) },
        { cropSize: [2, 2], method: 'bilinear', extrapolationValue: 0 },
      ),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[3]', '[2]'],
      call('NonMaxSuppressionV4', { boxes, scores: float(2) }, suppression),
    ),
    misfit(
      'KERNEL_UNSUPPORTED',
      ['padToMaxOutputSize'],
      call('NonMaxSuppressionV4', { boxes, scores: float(3) }, { ...suppression, padToMaxOutputSize: false }),
    ),
  ],
};
