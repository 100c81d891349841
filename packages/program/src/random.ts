// Random tensors: inside a capture they become inputs of the Program, filled anew at every step; outside they are drawn
// at once from a generator of the process. What the numbers are is defined in random-streams.ts.
import * as tf from '@tensorflow/tfjs-core';
import { abstractTensor, currentRecorder } from './capture-backend.js';
import { randomInvalid } from './errors.js';
import type { RandomSpec } from './program.js';
import { fillRandom, streamKey } from './random-streams.js';
import { formatShape, sizeOf, type Shape } from './shape.js';
import { sharedState } from './shared-state.js';

export interface RandomOptions {
  /**
   * A seed of this draw's own, in place of the model's or the process's. Inside a capture it still draws anew at every
   * step; outside, the same seed gives the same numbers at every call. Units: a safe integer.
   */
  readonly seed?: number;
}

/** The type of {@link random}. */
export interface Random {
  /** Normally distributed floats. */
  normal(
    shape: Shape,
    options?: RandomOptions & { readonly mean?: number; readonly stddev?: number },
  ): tf.Tensor;
  /** Normally distributed floats, none further than two deviations from the mean. */
  truncatedNormal(
    shape: Shape,
    options?: RandomOptions & { readonly mean?: number; readonly stddev?: number },
  ): tf.Tensor;
  /** Floats evenly distributed from `min` (0) to below `max` (1), on a grid of 2^24 points. */
  uniform(
    shape: Shape,
    options?: RandomOptions & { readonly min?: number; readonly max?: number },
  ): tf.Tensor;
  /** Integers (int32) evenly distributed from `min` to below `max`, which are at most 2^24 apart. */
  uniformInt(shape: Shape, min: number, max: number, options?: RandomOptions): tf.Tensor;
  /** Ones with probability `p`, else zeros; `p` may be a tensor that broadcasts to `shape`. */
  bernoulli(
    shape: Shape,
    p: number | tf.Tensor,
    options?: RandomOptions & { readonly dtype?: 'float32' | 'int32' | 'bool' },
  ): tf.Tensor;
  /** Zeroes a share `rate` of the elements and scales the others up by 1 / (1 - rate), so that the mean stays. */
  dropout(x: tf.Tensor, rate: number, options?: RandomOptions & { readonly noiseShape?: Shape }): tf.Tensor;
  /** `count` classes (int32) a row, drawn with the probabilities softmax(logits). Shapes: [..., classes] to [..., count]. */
  categorical(logits: tf.Tensor, count: number, options?: RandomOptions): tf.Tensor;
}

/**
 * Random tensors that work inside captured functions and outside.
 *
 * Throws: RANDOM_INVALID for options with which nothing can be drawn.
 *
 * @example
 * const noisy = (x: tf.Tensor) => tf.add(x, random.normal(x.shape, { stddev: 0.1 }));
 */
export const random: Random = Object.freeze({
  normal: (shape, options = {}) => gaussian('normal', shape, options),

  truncatedNormal: (shape, options = {}) => gaussian('truncatedNormal', shape, options),

  uniform: (shape, { min = 0, max = 1, seed } = {}) => {
    if (!Number.isFinite(min) || !Number.isFinite(max) || max < min) {
      throw randomInvalid(
        'random.uniform',
        'min and max',
        'finite numbers, max not below min',
        `${min} and ${max}`,
      );
    }
    return tf.tidy(() => affine(drawRandom('uniform', shape, seed), max - min, min));
  },

  uniformInt: (shape, min, max, { seed } = {}) => {
    const range = max - min;
    if (!Number.isInteger(min) || !Number.isInteger(max) || range < 1 || range > 2 ** 24) {
      throw randomInvalid(
        'random.uniformInt',
        'min and max',
        'integers, max above min by at most 2^24',
        `${min} and ${max}`,
      );
    }
    return tf.tidy(() => {
      // No product of a grid point below 1 and such a range rounds up to the range.
      const steps = tf.cast(tf.floor(tf.mul(drawRandom('uniform', shape, seed), range)), 'int32');
      return min === 0 ? steps : tf.add(steps, tf.scalar(min, 'int32'));
    });
  },

  bernoulli: (shape, p, { seed, dtype = 'float32' } = {}) => {
    if (typeof p === 'number') requireShare('random.bernoulli', 'p', p);
    return tf.tidy(() => tf.cast(tf.less(drawRandom('uniform', shape, seed), p), dtype));
  },

  dropout: (x, rate, { seed, noiseShape = x.shape } = {}) => {
    requireShare('random.dropout', 'rate', rate);
    if (rate === 0) return tf.clone(x);
    if (rate === 1) return tf.zerosLike(x);
    return tf.tidy(() => {
      const kept = tf.cast(tf.greaterEqual(drawRandom('uniform', noiseShape, seed), rate), 'float32');
      return tf.mul(x, tf.mul(kept, 1 / (1 - rate)));
    });
  },

  categorical: (logits, count, { seed } = {}) => {
    if (!Number.isInteger(count) || count < 1)
      throw randomInvalid('random.categorical', 'count', 'a positive integer', count);
    if (logits.rank < 1)
      throw randomInvalid('random.categorical', 'logits', 'at least one axis, of the classes', 'a scalar');
    const batch = logits.shape.slice(0, -1);
    const classes = logits.shape[logits.rank - 1]!;
    return tf.tidy(() => {
      // The largest of logits + Gumbel noise is distributed as softmax(logits). Zero has no logarithm.
      const u = tf.maximum(drawRandom('uniform', [...batch, count, classes], seed), 2 ** -25);
      const gumbel = tf.neg(tf.log(tf.neg(tf.log(u))));
      return tf.argMax(tf.add(tf.expandDims(logits, -2), gumbel), -1);
    });
  },
} satisfies Random);

const eager = sharedState('random', () => ({ seed: undefined as number | undefined, calls: 0 }));

/** Sets the seed of everything that {@link random} draws outside captures, and starts its sequence again. */
export function setRandomSeed(seed: number): void {
  streamKey(seed, '');
  Object.assign(eager(), { seed, calls: 0 });
}

/** Raw numbers: an input of the Program that is being captured, else a tensor of the current backend. */
export function drawRandom(
  distribution: Exclude<RandomSpec['distribution'], 'bits'>,
  shape: Shape,
  seed: number | undefined,
): tf.Tensor {
  if (shape.some((size) => !Number.isInteger(size) || size < 0)) {
    throw randomInvalid(
      `random ${distribution} numbers`,
      'shape',
      'non-negative integers',
      formatShape(shape),
    );
  }
  const spec = { distribution, stream: 'random', ...(seed !== undefined && { seed }) };
  if (seed !== undefined) streamKey(seed, spec.stream);
  const recorder = currentRecorder();
  if (recorder !== undefined)
    return abstractTensor(recorder, recorder.random([...shape], distribution, seed));
  const state = eager();
  state.seed ??= globalThis.crypto.getRandomValues(new Uint32Array(1))[0]!;
  const numbers = new Float32Array(sizeOf(shape));
  fillRandom(spec, { seed: state.seed, step: seed === undefined ? state.calls++ : 0 }, numbers);
  return tf.tensor(numbers, [...shape], 'float32');
}

function affine(x: tf.Tensor, scale: number, offset: number): tf.Tensor {
  const scaled = scale === 1 ? x : tf.mul(x, scale);
  return offset === 0 ? scaled : tf.add(scaled, offset);
}

function gaussian(
  distribution: 'normal' | 'truncatedNormal',
  shape: Shape,
  options: RandomOptions & { readonly mean?: number; readonly stddev?: number },
): tf.Tensor {
  const { mean = 0, stddev = 1, seed } = options;
  if (!Number.isFinite(mean)) throw randomInvalid(`random.${distribution}`, 'mean', 'a finite number', mean);
  if (!(stddev >= 0 && stddev < Infinity))
    throw randomInvalid(`random.${distribution}`, 'stddev', 'a finite number of at least 0', stddev);
  return tf.tidy(() => affine(drawRandom(distribution, shape, seed), stddev, mean));
}

function requireShare(subject: string, option: string, value: number): void {
  if (!(value >= 0 && value <= 1)) throw randomInvalid(subject, option, 'a number from 0 to 1', value);
}
