// Resizing along one axis: each new element is a weighted sum of those near its place, as jax.image.resize weighs them without
// antialiasing. The weights follow from the two sizes.
import { currentBudget, sizeOf } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { floatTensor } from '../options/single-input.js';
import type { Interpolation } from '../options/spatial.js';

/** The weight of an element by its distance from the place. */
const weights = {
  bilinear: (distance: number) => Math.max(0, 1 - distance),
  bicubic: (x: number) => {
    if (x >= 2) return 0;
    return x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1;
  },
  lanczos3: (distance: number) => lanczos(3, distance),
  lanczos5: (distance: number) => lanczos(5, distance),
} satisfies Record<Exclude<Interpolation, 'nearest'>, (distance: number) => number>;

function lanczos(radius: number, x: number): number {
  if (x > radius) return 0;
  if (x <= 1e-3) return 1;
  const angle = Math.PI * x;
  return (radius * Math.sin(angle) * Math.sin(angle / radius)) / (angle * angle);
}

/** The tensor with `axis` of `size` elements. */
export function interpolate(
  x: tf.Tensor,
  axis: number,
  size: number,
  interpolation: Exclude<Interpolation, 'nearest'>,
): tf.Tensor {
  const from = x.shape[axis]!;
  const [before, behind] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  currentBudget()?.spend('elements', size * from, 'an interpolation');
  const matrix = tf.tensor(matrixOf(from, size, weights[interpolation]), [1, size, from]);
  const elements = tf.reshape(floatTensor(x), [sizeOf(before), from, sizeOf(behind)]);
  return tf.reshape(tf.matMul(matrix, elements), [...before, size, ...behind]);
}

/** Shapes: [to, from]. The weights of each new element add up to 1. */
function matrixOf(from: number, to: number, weight: (distance: number) => number): Float32Array {
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const place = ((i + 0.5) * from) / to - 0.5;
    const row = Array.from({ length: from }, (_, k) => weight(Math.abs(place - k)));
    const sum = row.reduce((total, value) => total + value, 0);
    row.forEach((value, k) => (matrix[i * from + k] = value / sum));
  }
  return matrix;
}
