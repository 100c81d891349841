// Signals along the last axis, as keras.ops has them: `signal.stft(x, { sequenceLength: 256, ... })`. Not here: their inverse.
import * as tf from '@tensorflow/tfjs-core';
import { shapeMismatch } from './errors.js';
import { fourierTransform } from './passes/fourier-transform.js';
import { formatShape } from './shape.js';

/** A window by its name, by its values, or none. */
export type SignalWindow = 'hann' | 'hamming' | readonly number[] | null;

/** What a transform of overlapping parts may be told. */
export interface StftOptions {
  /** How many values are weighed by the window; they lie in the middle of the part. */
  readonly sequenceLength: number;
  /** How far apart parts begin. */
  readonly sequenceStride: number;
  /** How many values a part has, at least `sequenceLength`. */
  readonly fftLength: number;
  /** Default `hann`. */
  readonly window?: SignalWindow;
  /** Whether the signal goes on at both ends as its mirror image, so that part t is around `t * sequenceStride`. Default true. */
  readonly center?: boolean;
}

/** How much of a cosine each window holds. */
const cosines = { hann: 0.5, hamming: 0.46 } as const;

/** What weighs each of `size` values: the window in their middle. Throws: SHAPE_MISMATCH. */
export function centredWindow(
  window: SignalWindow,
  length: number,
  size: number,
  subject = 'signal.centredWindow',
): tf.Tensor1D {
  if (window === null) return tf.fill([size], 1);
  if (size < length)
    throw shapeMismatch(subject, `expected a transform of ${length} values or more, got ${size}`);
  const before = Math.floor((size - length) / 2);
  return tf.pad(weights(window, length, subject), [[before, size - length - before]]);
}

function weights(window: NonNullable<SignalWindow>, length: number, subject: string): tf.Tensor1D {
  if (typeof window === 'string') {
    const turn = tf.cos(tf.mul(tf.range(0, length), (2 * Math.PI) / length));
    return tf.sub(1 - cosines[window], tf.mul(turn, cosines[window]));
  }
  if (window.length === length) return tf.tensor1d([...window]);
  throw shapeMismatch(subject, `expected a window of ${length} values, got ${window.length}`);
}

/** Parts of a signal, `stride` apart. Shapes: [..., time] to [..., parts, length]. Throws: SHAPE_MISMATCH. */
export function frames(x: tf.Tensor, length: number, stride: number, subject = 'signal.frames'): tf.Tensor {
  const size = x.shape.at(-1)!;
  const count = Math.floor((size - length) / stride) + 1;
  if (count < 1)
    throw shapeMismatch(
      subject,
      `expected a signal of ${length} values or more, got ${formatShape(x.shape)}`,
    );
  const every = (n: number, by: number): tf.Tensor =>
    tf.mul(tf.range(0, n, 1, 'int32'), tf.scalar(by, 'int32'));
  const places = tf.add(tf.expandDims(every(count, stride), 1), every(length, 1));
  return tf.gather(x, places as tf.Tensor1D, x.rank - 1);
}

/**
 * The spectrum of overlapping parts of a signal: real parts, and imaginary ones. Source: keras.ops.stft.
 * Shapes: [..., time] to [..., parts, fftLength / 2 + 1]. Throws: SHAPE_MISMATCH.
 */
export function stft(
  x: tf.Tensor,
  { sequenceLength, sequenceStride, fftLength, window = 'hann', center = true }: StftOptions,
  subject = 'signal.stft',
): [real: tf.Tensor, imag: tf.Tensor] {
  const margin = Math.floor(fftLength / 2);
  if (center && x.shape.at(-1)! <= margin)
    throw shapeMismatch(
      subject,
      `expected a signal of more than ${margin} values, which its mirror image at the ends takes, got ${formatShape(x.shape)}`,
    );
  const around = x.shape.map((_, i): [number, number] => (i === x.rank - 1 ? [margin, margin] : [0, 0]));
  const signal = center ? tf.mirrorPad(x, around, 'reflect') : x;
  const weighed = tf.mul(
    frames(signal, fftLength, sequenceStride, subject),
    centredWindow(window, sequenceLength, fftLength, subject),
  );
  // In real arithmetic, which every backend computes and differentiates.
  const { real, imag } = fourierTransform({ real: weighed, imag: tf.zerosLike(weighed) }, 'forward');
  const sizes = [...weighed.shape.slice(0, -1), margin + 1];
  const start = sizes.map(() => 0);
  return [tf.slice(real, start, sizes), tf.slice(imag, start, sizes)];
}
