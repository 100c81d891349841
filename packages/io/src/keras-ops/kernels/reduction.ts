// Reductions along axes, running sums and products, and positions of extremes.
import type { SymbolicTensor } from '@lamella/core';
import type { KernelCall, KernelRule } from '../kernel-call.js';
import { slice, type Argument } from '../value.js';

function reduction(operation: string): KernelRule {
  return (call) => {
    const { axes } = call;
    const x = call.tensor('x');
    if (axes.length === 0) return x;
    return call.apply(operation, [x], { axis: axes, keepdims: call.normal['keepDims'] as boolean });
  };
}

export const All = reduction('All');
export const Any = reduction('Any');
export const Max = reduction('Max');
export const Mean = reduction('Mean');
export const Min = reduction('Min');
export const Prod = reduction('Prod');
export const Sum = reduction('Sum');

function position(operation: string): KernelRule {
  return (call) => call.apply(operation, [call.tensor('x')], { axis: call.axis, keepdims: false });
}

export const ArgMax = position('Argmax');
export const ArgMin = position('Argmin');

function running(operation: string, neutral: number): KernelRule {
  return (call) => {
    const { axis } = call;
    const isReversed = call.normal['reverse'] === true;
    const flip = (x: SymbolicTensor): SymbolicTensor => (isReversed ? call.apply('Flip', [x], { axis }) : x);
    const x = flip(call.tensor('x'));
    const from = call.normal['exclusive'] === true ? shifted(call, x, axis, neutral) : x;
    return flip(call.apply(operation, [from], { axis }));
  };
}

export const Cumsum = running('Cumsum', 0);
export const Cumprod = running('Cumprod', 1);

/** The elements moved by one along an axis, so that each sum is one of those before. */
function shifted(call: KernelCall, x: SymbolicTensor, axis: number, neutral: number): SymbolicTensor {
  const widths = call.type('x').shape.map((_, i) => [Number(i === axis), 0]);
  const { dtype } = call.type('x');
  const padded = call.apply('Pad', [x, { kind: 'number', value: neutral, isFloat: dtype === 'float32' }], {
    pad_width: widths,
    mode: 'constant',
  });
  const key = widths.map((_, i): Argument => (i === axis ? slice(null, -1) : slice(null, null)));
  return call.apply('GetItem', [padded, key]);
}
