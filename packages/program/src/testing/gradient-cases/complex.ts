// Gradient cases of complex numbers and Fourier transforms.
import * as tf from '@tensorflow/tfjs-core';
import type { GradientCase } from '../gradient-case.js';
import { op } from '../kernel-case.js';
import { floats } from '../sample.js';

const parts = [floats([2, 4], 0.2, 1.5), floats([2, 4], -1.4, -0.3)];

const both =
  (fn: (x: tf.Tensor) => tf.Tensor) =>
  (real: tf.Tensor, imag: tf.Tensor): tf.Tensor[] => {
    const y = fn(tf.complex(real, imag));
    return [tf.square(tf.real(y)), tf.imag(y)];
  };

export const complex: readonly GradientCase[] = [
  op(
    'Complex',
    '',
    parts,
    both((x) => x),
  ),
  op('Real', '', parts, (re: tf.Tensor, im: tf.Tensor) => tf.real(tf.complex(re, im))),
  op('Imag', '', parts, (re: tf.Tensor, im: tf.Tensor) => tf.imag(tf.complex(re, im))),
  op('ComplexAbs', '', parts, (re: tf.Tensor, im: tf.Tensor) => tf.abs(tf.complex(re, im))),
  op('FFT', '', parts, both(tf.fft)),
  op('IFFT', '', parts, both(tf.ifft)),
  op('FFT', 'of real numbers', [parts[0]!], (x: tf.Tensor) => {
    const y = tf.rfft(x);
    return [tf.square(tf.real(y)), tf.imag(y)];
  }),
  op('FFT', 'of an odd number of elements', [floats([3], 0, 1), floats([3], 1, 2)], both(tf.fft)),
];
