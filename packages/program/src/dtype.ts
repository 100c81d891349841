// Data types: what tfjs computes in (`DType`) and what host memory may hold (`StorageDType`).
// Not here: conversions of whole models between precisions; Lamella computes in float32.

/** The dtypes of tfjs tensors, hence of every value inside a Program. */
export type DType = 'float32' | 'int32' | 'bool' | 'complex64' | 'string';

/** The dtypes a {@link HostTensor} can hold. Narrow ones (uint8 images) convert to a {@link DType} on entry to a Program. */
export type StorageDType = 'float32' | 'int32' | 'bool' | 'uint8' | 'int8' | 'uint16' | 'int16';

/** The typed arrays behind the storage dtypes; `bool` is stored as bytes of 0 and 1. */
export type TypedArray = Float32Array | Int32Array | Uint8Array | Int8Array | Uint16Array | Int16Array;

const arrays = {
  float32: Float32Array,
  int32: Int32Array,
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  uint16: Uint16Array,
  int16: Int16Array,
} as const;

/** All storage dtypes, widest first. */
export const storageDTypes: readonly StorageDType[] = [
  'float32',
  'int32',
  'uint16',
  'int16',
  'uint8',
  'int8',
  'bool',
];

/** Tells whether `name` is one of the storage dtypes. */
export function isStorageDType(name: string): name is StorageDType {
  return Object.hasOwn(arrays, name);
}

/** The bytes one element takes. Units: bytes. */
export function bytesPerElement(dtype: StorageDType): number {
  return arrays[dtype].BYTES_PER_ELEMENT;
}

/** A zero-filled typed array of `length` elements for `dtype`. */
export function allocateArray(dtype: StorageDType, length: number): TypedArray {
  return new arrays[dtype](length);
}

/** Whether `data` is of the array class that stores `dtype`. */
export function isArrayOf(dtype: StorageDType, data: unknown): data is TypedArray {
  return data instanceof arrays[dtype];
}

/** The dtype a stored tensor has once it enters a Program: float32 stays, bool stays, every integer becomes int32. */
export function computeDType(dtype: StorageDType): 'float32' | 'int32' | 'bool' {
  return dtype === 'float32' || dtype === 'bool' ? dtype : 'int32';
}
