// Host tensors: a typed array, its shape and its dtype, in plain memory. What users get back from `predict`.
// No arithmetic and no lifetime: for maths, `tensor()` gives a tfjs tensor.
import * as tf from '@tensorflow/tfjs-core';
import {
  allocateArray,
  computeDType,
  isArrayOf,
  isStorageDType,
  storageDTypes,
  type StorageDType,
  type TypedArray,
} from './dtype.js';
import { dtypeMismatch, shapeMismatch } from './errors.js';
import { formatShape, sizeOf, type Shape } from './shape.js';

/** Numbers nested as deeply as a tensor has dimensions; booleans are 0 and 1. */
export type NestedArray = number | NestedArray[];

const brand = Symbol.for('lamella.HostTensor');

/**
 * A tensor in host memory. `data` is shared, not copied.
 *
 * Throws: SHAPE_MISMATCH when `data` has another length than `shape`; DTYPE_MISMATCH when it is of another array class.
 *
 * @example
 * const rows = new HostTensor(new Float32Array([1, 2, 3, 4]), [2, 2]);
 * rows.array(); // [[1, 2], [3, 4]]
 */
export class HostTensor {
  readonly data: TypedArray;
  readonly shape: Shape;
  readonly dtype: StorageDType;

  constructor(data: TypedArray, shape: Shape, dtype: StorageDType = 'float32') {
    if (!isStorageDType(dtype)) {
      throw dtypeMismatch('HostTensor', `expected one of ${storageDTypes.join(', ')}, got ${String(dtype)}`);
    }
    if (!isArrayOf(dtype, data)) {
      throw dtypeMismatch('HostTensor', `expected the array class of ${dtype}, got ${describeArray(data)}`);
    }
    if (shape.some((size) => !Number.isInteger(size) || size < 0)) {
      throw shapeMismatch('HostTensor', `expected a shape of whole numbers, got ${formatShape(shape)}`);
    }
    if (data.length !== sizeOf(shape)) {
      throw shapeMismatch(
        'HostTensor',
        `expected ${sizeOf(shape)} elements for shape ${formatShape(shape)}, got ${data.length}`,
      );
    }
    this.data = data;
    this.shape = Object.freeze([...shape]);
    this.dtype = dtype;
    Object.defineProperty(this, brand, { value: true });
  }

  /** A zero-filled tensor. */
  static zeros(shape: Shape, dtype: StorageDType = 'float32'): HostTensor {
    return new HostTensor(allocateArray(dtype, sizeOf(shape)), shape, dtype);
  }

  get size(): number {
    return this.data.length;
  }

  /** The values as nested JavaScript arrays. */
  array(): NestedArray {
    let offset = 0;
    const nest = (axis: number): NestedArray => {
      if (axis === this.shape.length) return this.data[offset++]!;
      return Array.from({ length: this.shape[axis]! }, () => nest(axis + 1));
    };
    return nest(0);
  }

  /** A tfjs tensor with these values, on tfjs' current backend; the caller disposes it. Narrow integers become int32. */
  tensor(): tf.Tensor {
    const dtype = computeDType(this.dtype);
    const data =
      this.dtype === dtype
        ? this.data.slice()
        : dtype === 'int32'
          ? Int32Array.from(this.data)
          : this.data.slice();
    return tf.tensor(data as Float32Array, [...this.shape], dtype);
  }

  /** An independent copy. */
  clone(): HostTensor {
    return new HostTensor(this.data.slice(), this.shape, this.dtype);
  }
}

/** Whether `value` is a {@link HostTensor}, of any copy of this package. */
export function isHostTensor(value: unknown): value is HostTensor {
  return typeof value === 'object' && value !== null && brand in value;
}

function describeArray(data: unknown): string {
  return typeof data === 'object' && data !== null ? data.constructor.name : typeof data;
}
