// Kernels that read no tensor: one number everywhere, and numbers in a row.
import { allocateArray, isPolynomial, type Size } from '@lamella/program';
import type { KernelCall, KernelRule } from '../kernel-call.js';

export const Fill: KernelRule = (call) => ({
  ...call.output,
  data: { splat: call.attribute<Size>('value') },
});

function row(valueAt: (call: KernelCall, i: number) => number): KernelRule {
  return (call) => {
    const [size] = call.output.shape;
    if (size === undefined || isPolynomial(size))
      throw call.fail('as many numbers in a row as the batch is large');
    const { dtype } = call.output;
    if (dtype !== 'float32' && dtype !== 'int32') throw call.fail(`a row of ${dtype} numbers`);
    const data = allocateArray(dtype, size).map((_, i) => valueAt(call, i));
    return { ...call.output, data: data as Float32Array };
  };
}

export const Range = row((call, i) => {
  const [start, stop] = [call.attribute<number>('start'), call.attribute<number>('stop')];
  const step = call.attribute<number>('step', 1);
  // As tfjs counts: a step of 1 also serves downwards.
  return start + i * (stop < start && step === 1 ? -1 : step);
});

export const LinSpace = row((call, i) => {
  const [start, stop] = [call.attribute<number>('start'), call.attribute<number>('stop')];
  const count = call.attribute<number>('num');
  return count === 1 ? start : start + (i * (stop - start)) / (count - 1);
});
