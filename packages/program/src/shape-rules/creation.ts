// Kernels without tensor inputs: their attributes say everything.
import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../dtype.js';
import type { ShapeRule } from '../shape-rule.js';
import { formatShape, type Shape } from '../shape.js';
import { misfit } from './requirements.js';

export const Fill: ShapeRule = (
  _inputs: unknown,
  { shape, value, dtype }: { shape: Shape; value: number | string; dtype?: DType },
) => {
  if (shape.some((size) => !Number.isInteger(size) || size < 0))
    throw misfit('Fill', `expected a shape of whole numbers, got ${formatShape(shape)}`);
  return { shape, dtype: dtype ?? (tf.util.inferDtype(value) as DType) };
};

export const Range: ShapeRule = (
  _inputs: unknown,
  attrs: { start: number; stop: number; step?: number; dtype?: DType },
) => {
  const { start, stop, step = 1, dtype = 'float32' } = attrs;
  if (![start, stop, step].every(Number.isFinite) || step === 0) {
    throw misfit(
      'Range',
      `expected finite bounds and a step other than 0, got ${start}, ${stop} and step ${step}`,
    );
  }
  // As tfjs counts: a step of 1, or less, also serves downwards.
  const isEmpty = start === stop || (start < stop && step < 0) || (stop < start && step > 1);
  return { shape: [isEmpty ? 0 : Math.abs(Math.ceil((stop - start) / step))], dtype };
};

export const LinSpace: ShapeRule = (_inputs: unknown, { num }: { num: number }) => {
  if (!Number.isInteger(num) || num < 1)
    throw misfit('LinSpace', `expected a positive number of points, got ${num}`);
  return { shape: [num], dtype: 'float32' };
};
