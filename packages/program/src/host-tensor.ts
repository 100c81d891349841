// Host tensors: an array, its shape and its dtype, in plain memory. What users get back from `predict`.
// No arithmetic and no lifetime: for maths, `tensor()` gives a tfjs tensor.
import * as tf from '@tensorflow/tfjs-core';
import { convertData, numbersOf } from './convert.js';
import {
  allocateArray,
  dtypes,
  elementsPerValue,
  isArrayOf,
  isDType,
  tfjsDType,
  type DataOf,
  type DType,
  type NumberDType,
} from './dtype.js';
import { dtypeMismatch, shapeMismatch, valueOutOfRange } from './errors.js';
import { dtypeOfNested, readNested, type NestedArray, type NestedValue } from './nested-array.js';
import { formatShape, sameShape, sizeOf, type Shape } from './shape.js';

const brand = Symbol.for('lamella.HostTensor');

/** What `array()` gives for one value: bigints where a tensor of int64 holds what numbers cannot. */
export type ElementOf<D extends DType> = D extends 'string'
  ? string
  : D extends 'int64'
    ? number | bigint
    : number;

/** What makes tensors of zeros, in memory of its choice. */
export type MakeZeros = (shape: Shape, dtype?: NumberDType) => HostTensor;

/** A host tensor of whatever dtype. */
export type AnyHostTensor = HostTensor<DType>;

/**
 * A tensor in host memory. `data` is shared, not copied; how each dtype lies in it says {@link DataOf}.
 *
 * Throws: SHAPE_MISMATCH when `data` has another length than `shape`; DTYPE_MISMATCH when it is of another array class.
 *
 * @example
 * const rows = new HostTensor(new Float32Array([1, 2, 3, 4]), [2, 2]);
 * rows.array(); // [[1, 2], [3, 4]]
 */
export class HostTensor<D extends DType = NumberDType> {
  readonly data: DataOf<D>;
  readonly shape: Shape;
  readonly dtype: D;

  constructor(data: DataOf<D>, shape: Shape, dtype: D = 'float32' as D) {
    if (!isDType(dtype))
      throw dtypeMismatch('HostTensor', `expected one of ${dtypes.join(', ')}, got ${String(dtype)}`);
    if (!isArrayOf(dtype, data))
      throw dtypeMismatch('HostTensor', `expected the array class of ${dtype}, got ${describeArray(data)}`);
    if (shape.some((size) => !Number.isInteger(size) || size < 0))
      throw shapeMismatch('HostTensor', `expected a shape of whole numbers, got ${formatShape(shape)}`);
    const wanted = sizeOf(shape) * elementsPerValue(dtype);
    if (data.length !== wanted) {
      throw shapeMismatch(
        'HostTensor',
        `expected ${wanted} elements for shape ${formatShape(shape)}, got ${data.length}`,
      );
    }
    this.data = data;
    this.shape = Object.freeze([...shape]);
    this.dtype = dtype;
    // Once for all, and by the first of them: what a module does when it is loaded would keep it in every bundle.
    if (!(brand in this)) Object.defineProperty(HostTensor.prototype, brand, { value: true });
  }

  /** A zero-filled tensor; of strings, empty ones. */
  static zeros<D extends DType = NumberDType>(shape: Shape, dtype: D = 'float32' as D): HostTensor<D> {
    return new HostTensor(allocateArray(dtype, sizeOf(shape)), shape, dtype);
  }

  /** Tensors of one shape and dtype, one after the other on a new first dimension. Throws: SHAPE_MISMATCH. */
  static stack<D extends DType>(parts: readonly HostTensor<D>[], subject = 'HostTensor'): HostTensor<D> {
    const [first] = parts;
    if (first === undefined) throw shapeMismatch(subject, 'expected tensors to stack, got none');
    const stacked = HostTensor.zeros([parts.length, ...first.shape], first.dtype);
    parts.forEach(({ data, dtype, shape }, i) => {
      if (dtype !== first.dtype || !sameShape(shape, first.shape))
        throw shapeMismatch(
          subject,
          `expected ${first.dtype}${formatShape(first.shape)} throughout, got ${dtype}${formatShape(shape)} at ${i}`,
        );
      copyValues(stacked.data, data, i * data.length);
    });
    return stacked;
  }

  /**
   * A tensor of nested arrays. Without a dtype numbers become float32, booleans bool, bigints int64, strings string.
   * Throws: SHAPE_MISMATCH where rows differ in length; DTYPE_MISMATCH, VALUE_OUT_OF_RANGE where a value has no place in `dtype`.
   *
   * @example
   * HostTensor.fromArray([[1, 2], [3, 4]], 'uint8').shape; // [2, 2]
   */
  static fromArray<D extends DType = NumberDType>(
    values: NestedArray<NestedValue>,
    dtype?: D,
  ): HostTensor<D> {
    const { shape, flat } = readNested(values);
    const wanted = dtype ?? (dtypeOfNested(flat) as D);
    const found = dtypeOfNested(flat);
    const [from, data] =
      found === 'string'
        ? (['string', flat] as const)
        : found === 'int64'
          ? (['int64', toBigInts(flat as bigint[])] as const)
          : (['float64', Float64Array.from(flat, Number)] as const);
    return new HostTensor(convertData(data as DataOf<DType>, from, wanted, 'HostTensor'), shape, wanted);
  }

  /** How many values it holds. */
  get size(): number {
    return this.data.length / elementsPerValue(this.dtype);
  }

  /**
   * The values as nested JavaScript arrays: numbers, of bool 0 and 1, of complex64 pairs, of string strings. Of int64 numbers
   * too where each is one that a number holds exactly, else bigints for all of them.
   */
  array(): NestedArray<ElementOf<D>> {
    requirePresent(this);
    const values = elementsOf(this as unknown as AnyHostTensor);
    let offset = 0;
    const next = (): unknown =>
      this.dtype === 'complex64' ? [values[offset++], values[offset++]] : values[offset++];
    const nest = (axis: number): unknown => {
      if (axis === this.shape.length) return next();
      return Array.from({ length: this.shape[axis]! }, () => nest(axis + 1));
    };
    return nest(0) as NestedArray<ElementOf<D>>;
  }

  /**
   * The values in another dtype, or this very tensor: floats to the nearest, fractions cut off on the way to integers, bool
   * whether they are zero, as NumPy's `astype`. Unlike there, an integer that does not fit is an error.
   * Throws: VALUE_OUT_OF_RANGE, DTYPE_MISMATCH between strings or complex numbers and others.
   */
  cast<E extends DType>(dtype: E, subject = 'HostTensor'): HostTensor<E> {
    if ((this.dtype as DType) === dtype) return this as unknown as HostTensor<E>;
    return new HostTensor(convertData(this.data, this.dtype, dtype, subject), this.shape, dtype);
  }

  /**
   * A tfjs tensor with these values, on tfjs' current backend; the caller disposes it. Integers become int32, floats float32.
   * Throws: VALUE_OUT_OF_RANGE for integers beyond int32.
   */
  tensor(): tf.Tensor {
    requirePresent(this);
    const dtype = tfjsDType(this.dtype);
    const shape = [...this.shape];
    if (dtype === 'complex64') {
      const part = (offset: number): tf.Tensor =>
        tf.tensor(
          (this.data as Float32Array).filter((_, i) => i % 2 === offset),
          shape,
        );
      return tf.tidy(() => tf.complex(part(0), part(1)));
    }
    const data = convertData(this.data, this.dtype, dtype, 'HostTensor');
    return tf.tensor((data === this.data ? this.data.slice() : data) as Float32Array, shape, dtype);
  }

  /** Row `index` of the first dimension, without a copy of what it holds. */
  row(index: number): HostTensor<D> {
    const { data, shape, dtype } = this.rows(index, index + 1);
    return new HostTensor(data, shape.slice(1), dtype);
  }

  /** The rows from `from` to before `to`, without a copy of the numbers they hold. */
  rows(from: number, to: number): HostTensor<D> {
    requirePresent(this);
    const shape = this.shape.slice(1);
    const size = sizeOf(shape) * elementsPerValue(this.dtype);
    const { data } = this;
    const part = ArrayBuffer.isView(data)
      ? (data as Float32Array).subarray(from * size, to * size)
      : data.slice(from * size, to * size);
    return new HostTensor(part as DataOf<D>, [to - from, ...shape], this.dtype);
  }

  /** An independent copy. */
  clone(): HostTensor<D> {
    requirePresent(this);
    return new HostTensor(this.data.slice() as DataOf<D>, this.shape, this.dtype);
  }
}

/** Puts values into an array of the same kind, from `offset` on. */
export function copyValues(target: DataOf<DType>, values: ArrayLike<unknown>, offset = 0): void {
  if (ArrayBuffer.isView(target)) (target as Float32Array).set(values as Float32Array, offset);
  else for (let i = 0; i < values.length; i++) (target as string[])[offset + i] = values[i] as string;
}

/** Whether `value` is a {@link HostTensor}, of any copy of this package. */
export function isHostTensor(value: unknown): value is AnyHostTensor {
  return typeof value === 'object' && value !== null && brand in value;
}

/** Throws: SHAPE_MISMATCH where the values are gone: the buffer they lay in was transferred to another thread, say. */
export function requirePresent(
  { data, dtype, shape }: { readonly data: ArrayLike<unknown>; readonly dtype: DType; readonly shape: Shape },
  subject = 'HostTensor',
): void {
  if (data.length > 0 || sizeOf(shape) * elementsPerValue(dtype) === 0) return;
  throw shapeMismatch(
    subject,
    `expected the values of ${dtype}${formatShape(shape)}, got none: the memory they lay in was transferred or detached`,
    'pass a copy, or transfer one',
  );
}

function elementsOf({ data, dtype }: AnyHostTensor): ArrayLike<unknown> {
  if (dtype === 'string') return data;
  if (dtype !== 'int64') return numbersOf(data, dtype);
  const numbers = Array.from(data as BigInt64Array, Number);
  return numbers.every(Number.isSafeInteger) ? numbers : data;
}

function toBigInts(values: readonly bigint[]): BigInt64Array {
  const index = values.findIndex((value) => BigInt.asIntN(64, value) !== value);
  if (index >= 0) throw valueOutOfRange('HostTensor', 'bigint', 'int64', values[index]!, index);
  return BigInt64Array.from(values);
}

function describeArray(data: unknown): string {
  return typeof data === 'object' && data !== null ? data.constructor.name : typeof data;
}
