// Kernels without tensor inputs: their attributes say everything.
import * as tf from '@tensorflow/tfjs-core';
import type { DType } from '../dtype.js';
import type { Kernel } from '../kernel-rules/kernel.js';
import { misfit } from '../kernel-rules/requirements.js';
import { formatShape, type Shape } from '../shape.js';

export const Fill: Kernel = {
  shape: (
    _inputs: unknown,
    { shape, value, dtype }: { shape: Shape; value: number | string; dtype?: DType },
  ) => {
    if (shape.some((size) => !Number.isInteger(size) || size < 0))
      throw misfit('Fill', `expected a shape of whole numbers, got ${formatShape(shape)}`);
    return { shape, dtype: dtype ?? (tf.util.inferDtype(value) as DType) };
  },
  gradient: 'it has no tensor inputs',
  splat: ({ value }, dtype) => {
    if (typeof value !== 'number') return undefined;
    if (dtype === 'float32') return Math.fround(value);
    return dtype === 'int32' && Number.isInteger(value) ? value : undefined;
  },
};

export const Range: Kernel = {
  shape: (_inputs: unknown, attrs: { start: number; stop: number; step?: number; dtype?: DType }) => {
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
  },
  gradient: 'it has no tensor inputs',
};

export const LinSpace: Kernel = {
  shape: (_inputs: unknown, { num }: { num: number }) => {
    if (!Number.isInteger(num) || num < 1)
      throw misfit('LinSpace', `expected a positive number of points, got ${num}`);
    return { shape: [num], dtype: 'float32' };
  },
  gradient: 'it has no tensor inputs',
};
