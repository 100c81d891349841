// Cases of complex numbers and Fourier transforms.
import * as tf from '@tensorflow/tfjs-core';
import { call, misfit, op, type ShapeCases } from '../kernel-case.js';
import { complex as numbers, float, int } from '../sample.js';

export const complex: ShapeCases = {
  cases: [
    op('Complex', '', [float(2, 3), float(2, 3)], tf.complex),
    op('Complex', '', [float(), float()], tf.complex),
    op('ComplexAbs', '', [numbers(2, 3)], tf.abs),
    op('Real', '', [numbers(2, 3)], tf.real),
    op('Imag', '', [numbers(2, 3)], tf.imag),
    op('FFT', '', [numbers(4)], tf.fft),
    op('FFT', 'of rows', [numbers(2, 2, 3)], tf.fft),
    op('IFFT', '', [numbers(2, 3)], tf.ifft),
    op('FFT', 'of real numbers', [float(2, 6)], (x: tf.Tensor) => tf.rfft(x)),
    op('IFFT', 'to real numbers', [numbers(2, 4)], (x: tf.Tensor) => tf.irfft(x)),
  ],
  misfits: [
    misfit('SHAPE_MISMATCH', ['[2]', '[3]'], call('Complex', { real: float(2), imag: float(3) })),
    misfit('DTYPE_MISMATCH', ['int32[2]'], call('Complex', { real: int(2), imag: float(2) })),
    misfit('DTYPE_MISMATCH', ['float32[2]'], call('Real', { input: float(2) })),
    misfit('DTYPE_MISMATCH', ['float32[2]'], call('ComplexAbs', { x: float(2) })),
    misfit('DTYPE_MISMATCH', ['float32[4]'], call('FFT', { input: float(4) })),
    misfit('SHAPE_MISMATCH', ['rank 0'], call('IFFT', { input: numbers() })),
  ],
};
