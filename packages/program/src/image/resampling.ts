// Resampling along axes: each new element is a weighted sum of those near its place, as jax.image weighs them. Weights of
// known scales are numbers; those of scales that are tensors are computed.
import * as tf from '@tensorflow/tfjs-core';
import { currentBudget } from '../budget.js';
import { sizeOf } from '../shape.js';
import { floatImages } from './images.js';

/** How much an element counts by its distance. */
export type Resampling = 'bilinear' | 'bicubic' | 'lanczos3' | 'lanczos5';

/** Sums of weights below this count as none. */
const least = 1000 * 2 ** -23;

const weightOf: Readonly<Record<Resampling, (distance: number) => number>> = {
  bilinear: (x) => Math.max(0, 1 - x),
  bicubic: (x) => {
    if (x >= 2) return 0;
    return x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1;
  },
  lanczos3: (x) => lanczos(3, x),
  lanczos5: (x) => lanczos(5, x),
};

/** How far from a place elements have a weight. */
const radii: Readonly<Record<Resampling, number>> = { bilinear: 1, bicubic: 2, lanczos3: 3, lanczos5: 5 };

/** Weights that are found in about a microsecond. */
const weightsInAStep = 8;

function lanczos(radius: number, x: number): number {
  if (x > radius) return 0;
  if (x <= 1e-3) return 1;
  const angle = Math.PI * x;
  return (radius * Math.sin(angle) * Math.sin(angle / radius)) / (angle * angle);
}

/** The tensor with `axis` of `size` elements; with `antialias`, what shrinks is smoothed. */
export function resample(
  x: tf.Tensor,
  axis: number,
  size: number,
  resampling: Resampling,
  antialias = false,
): tf.Tensor {
  const from = x.shape[axis]!;
  const weights = tf.tensor(resamplingWeights(from, size, resampling, antialias), [size, from]);
  return weighted(x, axis, weights);
}

/** The weighted sums along an axis. Shapes: weights [to, from]. */
export function weighted(x: tf.Tensor, axis: number, weights: tf.Tensor): tf.Tensor {
  const [before, behind] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const [to, from] = weights.shape as [number, number];
  const matrix = tf.reshape(weights, [1, to, from]);
  const elements = tf.reshape(floatImages(x), [sizeOf(before), from, sizeOf(behind)]);
  return tf.reshape(tf.matMul(matrix, elements), [...before, to, ...behind]);
}

/** Shapes: [to, from]. The weights of each new element add up to 1. */
export function resamplingWeights(
  from: number,
  to: number,
  resampling: Resampling,
  antialias = false,
): Float32Array {
  const weight = weightOf[resampling];
  const width = antialias ? Math.max(1, from / to) : 1;
  const reach = radii[resampling] * width;
  const budget = currentBudget();
  budget?.spend('elements', to * from, 'an interpolation');
  budget?.spend('steps', (to * Math.min(from, 2 * reach + 1)) / weightsInAStep, 'an interpolation');
  const matrix = new Float32Array(to * from);
  for (let i = 0; i < to; i++) {
    const place = ((i + 0.5) * from) / to - 0.5;
    const first = Math.max(0, Math.ceil(place - reach));
    const behind = Math.min(from, Math.floor(place + reach) + 1);
    let sum = 0;
    for (let k = first; k < behind; k++) sum += weight(Math.abs(place - k) / width);
    if (Math.abs(sum) <= least) continue;
    for (let k = first; k < behind; k++) matrix[i * from + k] = weight(Math.abs(place - k) / width) / sum;
  }
  return matrix;
}

const tensorWeights: Readonly<Record<Resampling, (distance: tf.Tensor) => tf.Tensor>> = {
  bilinear: (x) => tf.relu(tf.sub(1, x)),
  bicubic: (x) => {
    const near = tf.add(tf.mul(tf.sub(tf.mul(1.5, x), 2.5), tf.square(x)), 1);
    const far = tf.add(tf.mul(tf.sub(tf.mul(tf.add(tf.mul(-0.5, x), 2.5), x), 4), x), 2);
    return tf.where(tf.greaterEqual(x, 2), tf.zerosLike(x), tf.where(tf.greaterEqual(x, 1), far, near));
  },
  lanczos3: (x) => tensorLanczos(3, x),
  lanczos5: (x) => tensorLanczos(5, x),
};

function tensorLanczos(radius: number, x: tf.Tensor): tf.Tensor {
  const angle = tf.mul(Math.PI, tf.maximum(x, 1e-3));
  const wave = tf.mul(radius, tf.mul(tf.sin(angle), tf.sin(tf.div(angle, radius))));
  const within = tf.where(tf.greater(x, 1e-3), tf.div(wave, tf.square(angle)), tf.onesLike(x));
  return tf.where(tf.greater(x, radius), tf.zerosLike(x), within);
}

/**
 * The weights for elements that are scaled and then moved; what comes from outside weighs nothing. Shapes: scale and
 * translation [], the result [to, from].
 */
export function placedWeights(
  from: number,
  to: number,
  scale: tf.Tensor,
  translation: tf.Tensor,
  resampling: Resampling,
  antialias: boolean,
): tf.Tensor {
  const inverse = tf.div(1, scale);
  const places = tf.sub(
    tf.mul(tf.sub(tf.add(tf.range(0, to, 1, 'float32'), 0.5), translation), inverse),
    0.5,
  );
  const column = tf.reshape(places, [to, 1]);
  const distances = tf.abs(tf.sub(column, tf.reshape(tf.range(0, from, 1, 'float32'), [1, from])));
  const widened = antialias ? tf.div(distances, tf.maximum(inverse, 1)) : distances;
  const weights = tensorWeights[resampling](widened);
  const sums = tf.sum(weights, 1, true);
  const counts = tf.logicalAnd(
    tf.greater(tf.abs(sums), least),
    tf.logicalAnd(tf.greaterEqual(column, -0.5), tf.lessEqual(column, from - 0.5)),
  );
  const shares = tf.div(weights, tf.where(counts, sums, tf.onesLike(sums)));
  return tf.mul(shares, tf.cast(counts, 'float32'));
}
