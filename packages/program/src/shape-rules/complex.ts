// Complex numbers and Fourier transforms along the last axis.
import type { ShapeRule } from '../shape-rule.js';
import { requireDType, requireRankAtLeast, requireShape, type Named } from './requirements.js';

export const Complex: ShapeRule = ({ real, imag }: Named<'real' | 'imag'>) => {
  requireDType('Complex', 'real', real, 'float32');
  requireDType('Complex', 'imag', imag, 'float32');
  requireShape('Complex', 'imag', imag, real.shape, 'as real');
  return { shape: real.shape, dtype: 'complex64' };
};

function part(kernel: string, name: 'input' | 'x'): ShapeRule {
  return (inputs: Named<'input' | 'x'>) => {
    requireDType(kernel, name, inputs[name], 'complex64');
    return { shape: inputs[name].shape, dtype: 'float32' };
  };
}

export const ComplexAbs = part('ComplexAbs', 'x');
export const Imag = part('Imag', 'input');
export const Real = part('Real', 'input');

function transform(kernel: string): ShapeRule {
  return ({ input }: Named<'input'>) => {
    requireDType(kernel, 'input', input, 'complex64');
    requireRankAtLeast(kernel, 'input', input, 1);
    return input;
  };
}

export const FFT = transform('FFT');
export const IFFT = transform('IFFT');
