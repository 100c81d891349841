// Gradient cases of pooling and of its backward kernels: window sizes, strides, paddings, roundings.
import * as tf from '@tensorflow/tfjs-core';
import type { Attributes } from '../../program.js';
import { withOptions, type GradientCase } from '../gradient-case.js';
import { call, op } from '../kernel-case.js';
import { floats } from '../sample.js';

const picture = floats([1, 5, 4, 2], -3, 3);
const volume = floats([1, 3, 3, 4, 1], -3, 3);

const windows: readonly Attributes[] = [
  { filterSize: [2, 2], strides: [1, 1], pad: 'valid' },
  { filterSize: [3, 2], strides: [2, 2], pad: 'same' },
  { filterSize: [2, 3], strides: [2, 1], pad: 'valid' },
  { filterSize: [3, 3], strides: [2, 2], pad: 1, dimRoundingMode: 'floor' },
];
const deepWindows: readonly Attributes[] = [
  { filterSize: [2, 2, 2], strides: [1, 1, 1], pad: 'valid', dataFormat: 'NDHWC' },
  { filterSize: [2, 2, 2], strides: [2, 2, 2], pad: 'same', dataFormat: 'NDHWC' },
  { filterSize: [1, 3, 2], strides: [1, 1, 2], pad: 'same', dataFormat: 'NDHWC' },
];

/** The backward kernel of a maximum: linear in dy, piecewise constant in the input. */
function maximumBackward(kernel: string, forward: string, attrs: Attributes): GradientCase {
  const x = kernel === 'MaxPoolGrad' ? picture : volume;
  const y = (input: tf.Tensor): tf.Tensor =>
    tf.engine().runKernel(forward, { x: input }, attrs as tf.NamedAttrMap);
  return op(kernel, JSON.stringify(attrs), [x], (input: tf.Tensor) => {
    const output = y(input);
    return tf
      .engine()
      .runKernel(kernel, { dy: tf.square(output), input, output }, attrs as tf.NamedAttrMap) as tf.Tensor;
  });
}

export const pooling: readonly GradientCase[] = [
  ...windows.flatMap((attrs) => [
    call('AvgPool', { x: picture }, attrs),
    call('MaxPool', { x: picture }, attrs),
  ]),
  ...deepWindows.flatMap((attrs) => [
    call('AvgPool3D', { x: volume }, attrs),
    call('MaxPool3D', { x: volume }, attrs),
  ]),
  ...[true, false].map((flag) =>
    op(
      'MaxPoolWithArgmax',
      `batch in the index: ${flag}`,
      [picture],
      (x: tf.Tensor4D) => tf.maxPoolWithArgmax(x, 2, 2, 'same', flag)['result']!,
    ),
  ),
  op('AvgPool', 'dilated', [floats([1, 5, 5, 1], -1, 1)], (x: tf.Tensor4D) =>
    tf.pool(x, 2, 'avg', 'valid', 2),
  ),
  call('AvgPoolGrad', { dy: floats([1, 4, 3, 2], -1, 1), input: picture }, windows[0]),
  call('AvgPoolGrad', { dy: floats([1, 3, 2, 2], -1, 1), input: picture }, windows[1]),
  call('AvgPool3DGrad', { dy: floats([1, 2, 2, 3, 1], -1, 1), input: volume }, deepWindows[0]),
  call('AvgPool3DGrad', { dy: floats([1, 2, 2, 2, 1], -1, 1), input: volume }, deepWindows[1]),
  ...windows.map((attrs) => maximumBackward('MaxPoolGrad', 'MaxPool', attrs)),
  ...deepWindows.slice(0, 2).map((attrs) => maximumBackward('MaxPool3DGrad', 'MaxPool3D', attrs)),
].map((one) => withOptions(one, { step: 2e-3, tolerance: 5e-3 }));
