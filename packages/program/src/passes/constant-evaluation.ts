// The values of element-wise kernels on constants. Only kernels that IEEE arithmetic rounds exactly are here, so that
// folding gives the bits that any backend would; exp, log and their kind are left to run.
import type { DType, TypedArray } from '../dtype.js';
import type { Folding } from '../kernel-rules/kernel.js';
import type { ValueType } from '../program.js';
import { sizeOf, type Shape } from '../shape.js';

/** A constant operand: one number for all elements, or the elements. */
export interface Operand {
  readonly type: ValueType;
  readonly data: TypedArray | number;
}

/**
 * The value of an element-wise kernel, a number where all operands are such, or undefined where it has no formula here,
 * or where NaN or an integer out of range comes up: there backends differ.
 */
export function evaluate(
  { compute, dtypes }: Folding,
  operands: readonly Operand[],
  result: ValueType,
): TypedArray | number | undefined {
  const [a, b = a] = operands;
  if (a === undefined || b === undefined || !dtypes.includes(a.type.dtype)) return undefined;
  if (typeof a.data === 'number' && typeof b.data === 'number')
    return rounded(compute(a.data, b.data), result.dtype);
  const size = sizeOf(result.shape);
  const readA = reader(a, result.shape);
  const readB = b === a ? readA : reader(b, result.shape);
  const out =
    result.dtype === 'float32'
      ? new Float32Array(size)
      : result.dtype === 'int32'
        ? new Int32Array(size)
        : new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    const value = rounded(compute(readA(i), readB(i)), result.dtype);
    if (value === undefined) return undefined;
    out[i] = value;
  }
  return out;
}

function rounded(value: number, dtype: DType): number | undefined {
  if (Number.isNaN(value)) return undefined;
  if (dtype === 'float32') return Math.fround(value);
  if (dtype === 'bool') return Number(value !== 0);
  if (dtype !== 'int32' || Math.abs(value) >= 2 ** 31) return undefined;
  return Math.trunc(value) + 0;
}

/** The operand's element at a flat index of the result, to whose shape it broadcasts. */
function reader({ data, type }: Operand, shape: Shape): (index: number) => number {
  if (typeof data === 'number') return () => data;
  if (data.length === sizeOf(shape)) return (index) => data[index]!;
  const offset = shape.length - type.shape.length;
  return (index) => {
    let rest = index;
    let position = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= offset; axis--) {
      const size = type.shape[axis - offset]!;
      position += size === 1 ? 0 : (rest % shape[axis]!) * stride;
      rest = Math.floor(rest / shape[axis]!);
      stride *= size;
    }
    return data[position]!;
  };
}
