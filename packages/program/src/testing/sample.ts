// Inputs for specs: shapes filled by a formula, so that no two floats are equal and every run sees the same numbers.
// Not published: only specs import this folder.
import * as tf from '@tensorflow/tfjs-core';
import { tfjsDType, type DType } from '../dtype.js';
import type { ArgumentSpec } from '../recorder.js';
import { formatShape, sizeOf, type Shape } from '../shape.js';

export interface Sample {
  readonly shape: Shape;
  readonly dtype: DType;
  /** Real parts, where the dtype is complex64. */
  readonly values: readonly number[] | readonly string[];
}

/** Distinct floats between `low` and `high`. */
export function floats(shape: Shape, low: number, high: number): Sample {
  const share = (i: number): number => ((i + 1) * 0.6180339887498949) % 1;
  return filled(shape, 'float32', (i) => Math.fround(low + (high - low) * share(i)));
}

/** Distinct floats between 0.1 and 0.9. */
export function float(...shape: number[]): Sample {
  return floats(shape, 0.1, 0.9);
}

/** Whole numbers from 0 to 2. */
export function int(...shape: number[]): Sample {
  return filled(shape, 'int32', (i) => (i * 7 + 3) % 3);
}

export function bool(...shape: number[]): Sample {
  return filled(shape, 'bool', (i) => Number(i % 3 === 0));
}

export function complex(...shape: number[]): Sample {
  return { ...float(...shape), dtype: 'complex64' };
}

export function text(...values: string[]): Sample {
  return { shape: [values.length], dtype: 'string', values };
}

/** Given numbers, in a list or in a given shape. */
export function given(values: readonly number[], dtype: DType = 'float32', shape?: Shape): Sample {
  return { shape: shape ?? [values.length], dtype, values };
}

function filled(shape: Shape, dtype: DType, value: (index: number) => number): Sample {
  return { shape, dtype, values: Array.from({ length: sizeOf(shape) }, (_, i) => value(i)) };
}

/** The sample as a tensor of the current backend. */
export function tensorOf({ shape, dtype, values }: Sample): tf.Tensor {
  if (dtype !== 'complex64') return tf.tensor(values as number[], [...shape], tfjsDType(dtype));
  const real = tf.tensor(values as number[], [...shape], 'float32');
  return tf.complex(real, tf.neg(tf.sqrt(real)));
}

/** How the samples look to a capture. */
export function argumentsFor(samples: readonly Sample[]): ArgumentSpec[] {
  return samples.map(({ shape, dtype }, i) => ({ name: `x${i}`, shape, dtype }));
}

/** `float32[2, 3]`, for the titles of tests. */
export function describeType({ shape, dtype }: { shape: Shape; dtype: string }): string {
  return `${dtype}${formatShape(shape)}`;
}
