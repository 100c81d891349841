// Cases of kernels without tensor inputs.
import * as tf from '@tensorflow/tfjs-core';
import { call, misfit, op, type ShapeCases } from '../kernel-case.js';

const range = (start: number, stop: number, step?: number, dtype?: 'float32' | 'int32') => (): tf.Tensor =>
  tf.range(start, stop, step, dtype);

export const creation: ShapeCases = {
  cases: [
    op('Fill', 'floats', [], () => tf.fill([2, 3], 1.5)),
    op('Fill', 'integers', [], () => tf.fill([2], 1, 'int32')),
    op('Fill', 'booleans', [], () => tf.fill([2], 1, 'bool')),
    op('Fill', 'a scalar', [], () => tf.fill([], 2)),
    op('Fill', 'strings', [], () => tf.fill([2], 'a')),
    call('Fill', {}, { shape: [2], value: 1 }),
    op('Range', 'upwards', [], range(0, 5)),
    op('Range', 'by a step', [], range(1, 6, 2, 'int32')),
    op('Range', 'by a fraction', [], range(0, 1, 0.3)),
    op('Range', 'downwards', [], range(5, 0, -2)),
    op('Range', 'downwards by default', [], range(3, 0)),
    ...[
      { start: 2, stop: 2, step: 1 },
      { start: 0, stop: 3, step: -1 },
      { start: 3, stop: 0, step: 2 },
    ].map((attrs) => call('Range', {}, { ...attrs, dtype: 'float32' })),
    op('LinSpace', '', [], () => tf.linspace(0, 1, 7)),
  ],
  misfits: [
    misfit('SHAPE_MISMATCH', ['got 0'], call('LinSpace', {}, { start: 0, stop: 1, num: 0 })),
    misfit('SHAPE_MISMATCH', ['[2, -1]'], call('Fill', {}, { shape: [2, -1], value: 1, dtype: 'float32' })),
    misfit('SHAPE_MISMATCH', ['step 0'], call('Range', {}, { start: 0, stop: 3, step: 0, dtype: 'float32' })),
  ],
};
