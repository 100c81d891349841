// The values of element-wise kernels on constants. Only kernels that IEEE arithmetic rounds exactly are here, so that
// folding gives the bits that any backend would; exp, log and their kind are left to run.
import type { DType, TypedArray } from '../dtype.js';
import type { ValueType } from '../program.js';
import { sizeOf, type Shape } from '../shape.js';

/** A constant operand: one number for all elements, or the elements. */
export interface Operand {
  readonly type: ValueType;
  readonly data: TypedArray | number;
}

type Formula = (a: number, b: number) => number;

const truth = (value: boolean): number => (value ? 1 : 0);

/** Kernels of `x`, for any real dtype. */
const unary: Readonly<Record<string, Formula>> = {
  Abs: Math.abs,
  Cast: (x) => x,
  Ceil: Math.ceil,
  Floor: Math.floor,
  LogicalNot: (x) => truth(x === 0),
  Neg: (x) => -x,
  Relu: (x) => (x > 0 ? x : 0),
  Sign: Math.sign,
  Square: (x) => x * x,
};

/** Kernels of `x` whose result is no integer where x is one. */
const unaryFloat: Readonly<Record<string, Formula>> = {
  Reciprocal: (x) => 1 / x,
  Sqrt: Math.sqrt,
};

/** Kernels of `a` and `b`. */
const binary: Readonly<Record<string, Formula>> = {
  Add: (a, b) => a + b,
  Equal: (a, b) => truth(a === b),
  Greater: (a, b) => truth(a > b),
  GreaterEqual: (a, b) => truth(a >= b),
  Less: (a, b) => truth(a < b),
  LessEqual: (a, b) => truth(a <= b),
  LogicalAnd: (a, b) => truth(a !== 0 && b !== 0),
  LogicalOr: (a, b) => truth(a !== 0 || b !== 0),
  Maximum: Math.max,
  Minimum: Math.min,
  Multiply: (a, b) => a * b,
  NotEqual: (a, b) => truth(a !== b),
  Sub: (a, b) => a - b,
};

const binaryFloat: Readonly<Record<string, Formula>> = {
  RealDiv: (a, b) => a / b,
};

/** What booleans take: as numbers, backends hold other values than 0 and 1 in them. */
const forTruth: ReadonlySet<string> = new Set([
  'Cast',
  'Equal',
  'LogicalAnd',
  'LogicalNot',
  'LogicalOr',
  'NotEqual',
]);

function formula(kernel: string, dtype: DType): Formula | undefined {
  if (dtype === 'bool' && !forTruth.has(kernel)) return undefined;
  const tables = dtype === 'float32' ? [unary, unaryFloat, binary, binaryFloat] : [unary, binary];
  return tables.find((table) => Object.hasOwn(table, kernel))?.[kernel];
}

/** Whether `kernel` is element-wise with two inputs `a` and `b` that broadcast. */
export function isBroadcasting(kernel: string): boolean {
  return (
    Object.hasOwn(binary, kernel) ||
    Object.hasOwn(binaryFloat, kernel) ||
    kernel === 'Pow' ||
    kernel === 'SquaredDifference'
  );
}

/** Whether `kernel` is element-wise with one input `x`. */
export function isUnary(kernel: string): boolean {
  return Object.hasOwn(unary, kernel) || Object.hasOwn(unaryFloat, kernel);
}

/**
 * The value of an element-wise kernel, a number where all operands are such, or undefined where it has no formula here,
 * or where NaN or an integer out of range comes up: there backends differ.
 */
export function evaluate(
  kernel: string,
  operands: readonly Operand[],
  result: ValueType,
): TypedArray | number | undefined {
  const [a, b = a] = operands;
  const apply = a === undefined ? undefined : formula(kernel, a.type.dtype);
  if (apply === undefined || a === undefined || b === undefined) return undefined;
  if (typeof a.data === 'number' && typeof b.data === 'number')
    return rounded(apply(a.data, b.data), result.dtype);
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
    const value = rounded(apply(readA(i), readB(i)), result.dtype);
    if (value === undefined) return undefined;
    out[i] = value;
  }
  return out;
}

function rounded(value: number, dtype: DType): number | undefined {
  if (Number.isNaN(value)) return undefined;
  if (dtype === 'float32') return Math.fround(value);
  if (dtype === 'bool') return truth(value !== 0);
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
