// Complex numbers and Fourier transforms along the last axis.
// The gradient of a complex value is dL/d(real part) + i·dL/d(imaginary part).
import * as tf from '@tensorflow/tfjs-core';
import type { Kernel } from '../kernel-rules/kernel.js';
import { requireDType, requireRankAtLeast, requireShape, type Named } from '../kernel-rules/requirements.js';
import type { ShapeRule } from '../kernel-rules/shape-rule.js';

export const Complex: Kernel = {
  shape: ({ real, imag }: Named<'real' | 'imag'>) => {
    requireDType('Complex', 'real', real, 'float32');
    requireDType('Complex', 'imag', imag, 'float32');
    requireShape('Complex', 'imag', imag, real.shape, 'as real');
    return { shape: real.shape, dtype: 'complex64' };
  },
  gradient: ({ dy }) => ({
    real: () => tf.real(dy[0]!),
    imag: () => tf.imag(dy[0]!),
  }),
};

function part(kernel: string, name: 'input' | 'x'): ShapeRule {
  return (inputs: Named<'input' | 'x'>) => {
    requireDType(kernel, name, inputs[name], 'complex64');
    return { shape: inputs[name].shape, dtype: 'float32' };
  };
}

export const ComplexAbs: Kernel = {
  shape: part('ComplexAbs', 'x'),
  gradient: ({ inputs, outputs, dy }) => ({
    x: () => {
      const nonzero = tf.where(tf.equal(outputs[0]!, 0), tf.onesLike(outputs[0]!), outputs[0]!);
      const scaled = tf.div(dy[0]!, nonzero);
      return tf.complex(tf.mul(tf.real(inputs['x']!), scaled), tf.mul(tf.imag(inputs['x']!), scaled));
    },
  }),
};

export const Imag: Kernel = {
  shape: part('Imag', 'input'),
  gradient: ({ dy }) => ({ input: () => tf.complex(tf.zerosLike(dy[0]!), dy[0]!) }),
};

export const Real: Kernel = {
  shape: part('Real', 'input'),
  gradient: ({ dy }) => ({ input: () => tf.complex(dy[0]!, tf.zerosLike(dy[0]!)) }),
};

function transform(kernel: string): ShapeRule {
  return ({ input }: Named<'input'>) => {
    requireDType(kernel, 'input', input, 'complex64');
    requireRankAtLeast(kernel, 'input', input, 1);
    return input;
  };
}

function scale(x: tf.Tensor, factor: number): tf.Tensor {
  return tf.complex(tf.mul(tf.real(x), factor), tf.mul(tf.imag(x), factor));
}

export const FFT: Kernel = {
  shape: transform('FFT'),
  gradient: ({ dy: [dy] }) => ({
    input: () => scale(tf.ifft(dy!), dy!.shape[dy!.rank - 1]!),
  }),
};

export const IFFT: Kernel = {
  shape: transform('IFFT'),
  gradient: ({ dy: [dy] }) => ({
    input: () => scale(tf.fft(dy!), 1 / dy!.shape[dy!.rank - 1]!),
  }),
};
