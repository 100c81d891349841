// Values from one dtype to another, in host memory. Not here: casts inside Programs.
import { allocateArray, isFloatDType, type DataOf, type DType } from './dtype.js';
import { dtypeMismatch, valueOutOfRange } from './errors.js';
import { narrowFloats, widenFloats } from './narrow-floats.js';

/** The least and the largest value of the integer dtypes that numbers hold. */
const ranges: Readonly<Partial<Record<DType, readonly [number, number]>>> = {
  int8: [-(2 ** 7), 2 ** 7 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 2 ** 8 - 1],
  uint16: [0, 2 ** 16 - 1],
  uint32: [0, 2 ** 32 - 1],
};

const smallestInt64 = -(2n ** 63n);
const largestInt64 = 2n ** 63n - 1n;

/**
 * `data` of dtype `from` as `to`: the very same array where they are equal.
 * Throws: VALUE_OUT_OF_RANGE for an integer that does not fit; DTYPE_MISMATCH between strings or complex numbers and others.
 */
export function convertData<D extends DType>(
  data: DataOf<DType>,
  from: DType,
  to: D,
  subject: string,
): DataOf<D> {
  if ((from as DType) === to) return data as DataOf<D>;
  if (from === 'string' || to === 'string' || from === 'complex64' || to === 'complex64')
    throw dtypeMismatch(subject, `expected ${to}, got ${from}, which does not convert to it`);
  return convertNumbers(data, from, to, subject) as DataOf<D>;
}

function convertNumbers(data: DataOf<DType>, from: DType, to: DType, subject: string): DataOf<DType> {
  if (to === 'int64') return toInt64(numbersOf(data, from), from, subject);
  if (from === 'int64' && ranges[to] !== undefined)
    (data as BigInt64Array).forEach((value, i) => checkRange(Number(value), i, from, to, subject));
  const values = numbersOf(data, from);
  if (to === 'float16' || to === 'bfloat16') return narrowFloats(values, to);
  const target = allocateArray(to, values.length) as Float64Array;
  const range = ranges[to];
  if (range === undefined && to !== 'bool') target.set(values);
  else if (to === 'bool') for (let i = 0; i < values.length; i++) target[i] = values[i] === 0 ? 0 : 1;
  else
    for (let i = 0; i < values.length; i++) {
      const whole = isFloatDType(from) ? Math.trunc(values[i]!) : values[i]!;
      checkRange(whole, i, from, to, subject);
      target[i] = whole;
    }
  return target;
}

function toInt64(values: ArrayLike<number>, from: DType, subject: string): BigInt64Array {
  return BigInt64Array.from({ length: values.length }, (_, i) => {
    const whole = Math.trunc(values[i]!);
    const wide = Number.isFinite(whole) ? BigInt(whole) : undefined;
    if (wide === undefined || wide < smallestInt64 || wide > largestInt64)
      throw valueOutOfRange(subject, from, 'int64', values[i]!, i);
    return wide;
  });
}

function checkRange(value: number, index: number, from: DType, to: DType, subject: string): void {
  const [low, high] = ranges[to]!;
  if (!(value >= low && value <= high)) throw valueOutOfRange(subject, from, to, value, index);
}

/** The elements of `data` as numbers: of float16 and bfloat16 their values; of int64 the nearest. Not for strings. */
export function numbersOf(data: DataOf<DType>, dtype: DType): ArrayLike<number> {
  if (dtype === 'float16' || dtype === 'bfloat16') return widenFloats(data as Uint16Array, dtype);
  if (dtype === 'int64') return Float64Array.from(data as BigInt64Array, Number);
  return data as Float64Array;
}
