// Discrete Fourier transforms along the last axis, of numbers in two tensors, in real arithmetic: products with matrices of
// the small factors of the length, one after the other. Not here: which nodes become one (split-complex.ts).
import * as tf from '@tensorflow/tfjs-core';

/** Complex numbers. */
export interface Pair {
  readonly real: tf.Tensor;
  readonly imag: tf.Tensor;
}

export type Direction = 'forward' | 'inverse';

/** A length up to this is one product with a matrix. */
const mostAtOnce = 64;

/** The transform, as tf.fft and tf.ifft define it. */
export function fourierTransform({ real, imag }: Pair, direction: Direction): Pair {
  const { shape } = real;
  const length = shape[shape.length - 1]!;
  const rows = real.size / Math.max(length, 1);
  if (real.size === 0 || length === 1) return { real, imag };
  const both = tf.concat([tf.reshape(real, [rows, length]), tf.reshape(imag, [rows, length])], 1);
  const sums = transformed(both, length, direction === 'forward' ? -1 : 1);
  const scaled = direction === 'forward' ? sums : tf.mul(sums, 1 / length);
  const part = (at: number): tf.Tensor =>
    tf.reshape(tf.slice(scaled, [0, at * length], [rows, length]), shape);
  return { real: part(0), imag: part(1) };
}

/** `both` is [rows, 2 · length]: real parts, then imaginary ones. So is the result. */
function transformed(both: tf.Tensor, length: number, sign: 1 | -1): tf.Tensor {
  const first = length <= mostAtOnce ? length : largestFactor(length);
  if (first === length) return tf.matMul(both as tf.Tensor2D, matrix(length, sign));
  // Cooley and Tukey: element second · a + b goes to first · d + c, by a transform over a, turns, and one over b.
  const second = length / first;
  const rows = both.shape[0]!;
  const parts = tf.reshape(both, [rows, 2, first, second]);
  const overFirst = transformed(
    tf.reshape(tf.transpose(parts, [0, 3, 1, 2]), [rows * second, 2 * first]),
    first,
    sign,
  );
  const turned = turn(tf.reshape(overFirst, [rows, second, 2, first]), length, sign);
  const overSecond = transformed(
    tf.reshape(tf.transpose(turned, [0, 3, 2, 1]), [rows * first, 2 * second]),
    second,
    sign,
  );
  const found = tf.reshape(overSecond, [rows, first, 2, second]);
  return tf.reshape(tf.transpose(found, [0, 2, 3, 1]), [rows, 2 * length]);
}

/** Element [row, b, :, c] times the turn by b · c of `length` steps. */
function turn(x: tf.Tensor, length: number, sign: 1 | -1): tf.Tensor {
  const [rows, second, , first] = x.shape as [number, number, number, number];
  const angle = (i: number): number =>
    (sign * 2 * Math.PI * ((Math.floor(i / first) * (i % first)) % length)) / length;
  const factors = (of: (angle: number) => number): tf.Tensor =>
    tf.tensor(
      Float32Array.from({ length: second * first }, (_, i) => of(angle(i))),
      [second, 1, first],
    );
  const [cos, sin] = [factors(Math.cos), factors(Math.sin)];
  const real = tf.slice(x, [0, 0, 0, 0], [rows, second, 1, first]);
  const imag = tf.slice(x, [0, 0, 1, 0], [rows, second, 1, first]);
  return tf.concat(
    [tf.sub(tf.mul(real, cos), tf.mul(imag, sin)), tf.add(tf.mul(real, sin), tf.mul(imag, cos))],
    2,
  );
}

/** [2 · length, 2 · length]: what real and imaginary parts of each element give to those of the result. */
function matrix(length: number, sign: 1 | -1): tf.Tensor2D {
  const data = new Float32Array(4 * length * length);
  for (let from = 0; from < length; from++) {
    for (let to = 0; to < length; to++) {
      const angle = (sign * 2 * Math.PI * ((from * to) % length)) / length;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const set = (fromPart: number, toPart: number, value: number): void => {
        data[(fromPart * length + from) * 2 * length + toPart * length + to] = value;
      };
      set(0, 0, cos);
      set(0, 1, sin);
      set(1, 0, -sin);
      set(1, 1, cos);
    }
  }
  return tf.tensor2d(data, [2 * length, 2 * length]);
}

/** The largest factor up to {@link mostAtOnce}; a prime length is its own. */
function largestFactor(length: number): number {
  for (let factor = mostAtOnce; factor > 1; factor--) if (length % factor === 0) return factor;
  return length;
}
