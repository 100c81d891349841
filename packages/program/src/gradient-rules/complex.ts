// Gradients through complex numbers. The gradient of a complex value is dL/d(real part) + i·dL/d(imaginary part).
import * as tf from '@tensorflow/tfjs-core';
import type { GradientRule } from '../gradient-rule.js';

export const Complex: GradientRule = ({ dy }) => ({
  real: () => tf.real(dy[0]!),
  imag: () => tf.imag(dy[0]!),
});

export const Real: GradientRule = ({ dy }) => ({ input: () => tf.complex(dy[0]!, tf.zerosLike(dy[0]!)) });

export const Imag: GradientRule = ({ dy }) => ({ input: () => tf.complex(tf.zerosLike(dy[0]!), dy[0]!) });

export const ComplexAbs: GradientRule = ({ inputs, outputs, dy }) => ({
  x: () => {
    const nonzero = tf.where(tf.equal(outputs[0]!, 0), tf.onesLike(outputs[0]!), outputs[0]!);
    const scaled = tf.div(dy[0]!, nonzero);
    return tf.complex(tf.mul(tf.real(inputs['x']!), scaled), tf.mul(tf.imag(inputs['x']!), scaled));
  },
});

export const FFT: GradientRule = ({ dy: [dy] }) => ({
  input: () => scale(tf.ifft(dy!), dy!.shape[dy!.rank - 1]!),
});

export const IFFT: GradientRule = ({ dy: [dy] }) => ({
  input: () => scale(tf.fft(dy!), 1 / dy!.shape[dy!.rank - 1]!),
});

function scale(x: tf.Tensor, factor: number): tf.Tensor {
  return tf.complex(tf.mul(tf.real(x), factor), tf.mul(tf.imag(x), factor));
}
