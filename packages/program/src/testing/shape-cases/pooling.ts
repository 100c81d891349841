// Cases of pooling and its backward kernels: window sizes, strides, paddings, roundings.
import * as tf from '@tensorflow/tfjs-core';
import { call, misfit, op, type ShapeCases } from '../kernel-case.js';
import { float, int } from '../sample.js';

const image = float(2, 7, 6, 3);
const volume = float(1, 4, 5, 6, 2);
const valid = { filterSize: [3, 2], strides: [2, 2], pad: 'valid' };
const same = { filterSize: 2, strides: 2, pad: 'same' };
const rounded = { filterSize: 3, strides: 3, pad: 1, dimRoundingMode: 'ceil' };
const deepValid = { filterSize: [2, 3, 2], strides: [1, 1, 1], pad: 'valid', dataFormat: 'NDHWC' };
const deepSame = { filterSize: 2, strides: 2, pad: 'same', dataFormat: 'NDHWC' };
const windows = [valid, same, rounded, { ...same, strides: 1, filterSize: [1, 3] }];

export const pooling: ShapeCases = {
  cases: [
    ...['AvgPool', 'MaxPool'].flatMap((kernel) => windows.map((attrs) => call(kernel, { x: image }, attrs))),
    call('MaxPool', { x: int(2, 7, 6, 3) }, valid),
    op('MaxPool', 'of one image', [float(7, 6, 3)], (x: tf.Tensor3D) => tf.maxPool(x, 2, 1, 'same')),
    op('AvgPool', 'dilated', [image], (x: tf.Tensor4D) => tf.pool(x, 2, 'avg', 'valid', 2)),
    op('MaxPool', 'with paddings given one by one', [image], (x: tf.Tensor4D) =>
      tf.maxPool(x, 2, 1, [
        [0, 0],
        [1, 0],
        [0, 1],
        [0, 0],
      ]),
    ),
    ...[true, false].map((includeBatchInIndex) =>
      op('MaxPoolWithArgmax', `batch in the index: ${includeBatchInIndex}`, [image], (x: tf.Tensor4D) =>
        Object.values(tf.maxPoolWithArgmax(x, 2, 2, 'same', includeBatchInIndex)),
      ),
    ),
    ...['AvgPool3D', 'MaxPool3D'].flatMap((kernel) =>
      [deepValid, deepSame].map((attrs) => call(kernel, { x: volume }, attrs)),
    ),
    call('AvgPoolGrad', { dy: float(2, 3, 3, 3), input: image }, valid),
    call('AvgPoolGrad', { dy: float(2, 4, 3, 3), input: image }, same),
    call('MaxPoolGrad', { dy: float(2, 3, 3, 3), input: image, output: float(2, 3, 3, 3) }, valid),
    call('AvgPool3DGrad', { dy: float(1, 3, 3, 5, 2), input: volume }, deepValid),
    call(
      'MaxPool3DGrad',
      { dy: float(1, 2, 3, 3, 2), input: volume, output: float(1, 2, 3, 3, 2) },
      deepSame,
    ),
  ],
  misfits: [
    ...['AvgPool', 'MaxPool', 'MaxPoolWithArgmax'].map((kernel) =>
      misfit('SHAPE_MISMATCH', ['rank 4', '[7, 6]'], call(kernel, { x: float(7, 6) }, valid)),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[1, 1, 1, 3]'],
      call('MaxPool', { x: float(1, 1, 1, 3) }, { ...valid, strides: 1, filterSize: 3 }),
    ),
    ...['AvgPool3D', 'MaxPool3D'].map((kernel) =>
      misfit('SHAPE_MISMATCH', ['rank 5', '[7, 6]'], call(kernel, { x: float(7, 6) }, deepValid)),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2, 3, 3, 3]', '[2, 3, 3, 1]'],
      call('AvgPoolGrad', { dy: float(2, 3, 3, 1), input: image }, valid),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[2, 3, 3, 3]', '[2, 3, 3, 1]'],
      call('MaxPoolGrad', { dy: float(2, 3, 3, 1), input: image, output: image }, valid),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[1, 3, 3, 5, 2]', '[1, 3, 3, 5, 1]'],
      call('AvgPool3DGrad', { dy: float(1, 3, 3, 5, 1), input: volume }, deepValid),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['[1, 3, 3, 5, 2]', '[1, 3, 3, 5, 1]'],
      call('MaxPool3DGrad', { dy: float(1, 3, 3, 5, 1), input: volume, output: volume }, deepValid),
    ),
  ],
};
