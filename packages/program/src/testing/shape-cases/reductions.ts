// Cases of reductions, and of running sums and products.
import * as tf from '@tensorflow/tfjs-core';
import { call, gives, misfit, op, type ShapeCases } from '../kernel-case.js';
import { bool, float, int, text } from '../sample.js';

type Reduction = (x: tf.Tensor, axis?: number | number[], keepDims?: boolean) => tf.Tensor;

const ofNumbers: Readonly<Record<string, Reduction>> = {
  Max: tf.max,
  Mean: tf.mean,
  Min: tf.min,
  Prod: tf.prod,
  Sum: tf.sum,
};
const ofBooleans: Readonly<Record<string, Reduction>> = { All: tf.all, Any: tf.any };

const options: readonly [number | number[] | undefined, boolean][] = [
  [undefined, false],
  [undefined, true],
  [0, false],
  [-1, true],
  [[0, 2], false],
  [[0, 2], true],
  [[-2, 0], false],
];

const running = { Cumsum: tf.cumsum, Cumprod: tf.cumprod };

export const reductions: ShapeCases = {
  cases: [
    ...Object.entries({ ...ofNumbers, ...ofBooleans }).flatMap(([kernel, fn]) =>
      options.map(([axis, keepDims]) =>
        op(
          kernel,
          `axis ${JSON.stringify(axis)}${keepDims ? ', kept' : ''}`,
          [kernel in ofBooleans ? bool(2, 3, 4) : float(2, 3, 4)],
          (x: tf.Tensor) => fn(x, axis, keepDims),
        ),
      ),
    ),
    ...Object.entries(ofNumbers).map(([kernel, fn]) =>
      op(kernel, '', [int(2, 3)], (x: tf.Tensor) => fn(x, 1)),
    ),
    ...Object.entries(ofNumbers).map(([kernel, fn]) =>
      op(kernel, 'of a scalar', [float()], (x: tf.Tensor) => fn(x)),
    ),
    ...['Sum', 'Prod'].map((kernel) =>
      op(kernel, 'of booleans', [bool(2, 3)], (x: tf.Tensor) => ofNumbers[kernel]!(x)),
    ),
    ...Object.entries({ ArgMax: tf.argMax, ArgMin: tf.argMin }).flatMap(([kernel, fn]) => [
      op(kernel, '', [float(2, 3)], (x: tf.Tensor) => fn(x)),
      op(kernel, 'along the last axis', [float(2, 3)], (x: tf.Tensor) => fn(x, -1)),
      op(kernel, '', [int(4)], (x: tf.Tensor) => fn(x, 0)),
    ]),
    ...Object.entries(running).flatMap(([kernel, fn]) => [
      op(kernel, '', [float(2, 3)], (x: tf.Tensor) => fn(x, 1)),
      op(kernel, 'along an axis further out', [float(2, 3)], (x: tf.Tensor) => fn(x, 0)),
      op(kernel, 'exclusive, reversed', [int(4)], (x: tf.Tensor) => fn(x, 0, true, true)),
      op(kernel, '', [bool(4)], (x: tf.Tensor) => fn(x, 0)),
    ]),
    op('Softmax', '', [float(2, 3)], (x: tf.Tensor) => tf.softmax(x)),
    op('Softmax', '', [float(3)], (x: tf.Tensor) => tf.softmax(x, 0)),
    call('Softmax', { logits: int(2, 3) }, { dim: 1 }),
    gives(call('LogSoftmax', { logits: float(2, 3) }, { axis: -1 }), 'float32[2, 3]'),
    gives(call('LogSoftmax', { logits: int(2, 3) }, { axis: 0 }), 'float32[2, 3]'),
  ],
  misfits: [
    misfit(
      'SHAPE_MISMATCH',
      ['got 2', '[2, 3]'],
      call('Sum', { x: float(2, 3) }, { axis: [2], keepDims: false }),
    ),
    misfit(
      'SHAPE_MISMATCH',
      ['got -3', '[2, 3]'],
      call('Max', { x: float(2, 3) }, { reductionIndices: [-3], keepDims: false }),
    ),
    misfit('SHAPE_MISMATCH', ['got 1', '[2]'], call('ArgMax', { x: float(2) }, { axis: 1 })),
    misfit(
      'SHAPE_MISMATCH',
      ['got 1', '[2]'],
      call('Cumsum', { x: float(2) }, { axis: 1, exclusive: false, reverse: false }),
    ),
    misfit('SHAPE_MISMATCH', ['got 0', '[2, 3]'], call('Softmax', { logits: float(2, 3) }, { dim: 0 })),
    misfit('SHAPE_MISMATCH', ['got 2', '[2, 3]'], call('LogSoftmax', { logits: float(2, 3) }, { axis: 2 })),
    misfit('DTYPE_MISMATCH', ['float32[2]'], call('All', { x: float(2) }, { axis: 0, keepDims: false })),
    misfit('DTYPE_MISMATCH', ['string[1]'], call('Mean', { x: text('a') }, { axis: 0, keepDims: false })),
  ],
};
