// Data types: what values, weights and host tensors hold, and which array class stores each in host memory.
// Not here: which dtype a layer computes in (core/dtype-policy.ts); conversions between dtypes (convert.ts).

/** The dtypes of values, weights, buffers and host tensors. */
export type DType =
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'bool'
  | 'string'
  | 'complex64';

/** The dtypes of real numbers with fractions. */
export type FloatDType = 'float32' | 'float16' | 'bfloat16' | 'float64';

/** The dtypes whose elements JavaScript arrays give as numbers; of `float16` and `bfloat16` as bits. */
export type NumberDType = Exclude<DType, 'int64' | 'string'>;

/** The dtypes that tfjs code sees; what else there is goes by one of these inside a capture. */
export type TfjsDType = 'float32' | 'int32' | 'bool' | 'complex64' | 'string';

/** The dtypes of values inside Programs: all integers are int32 there. */
export type ComputeDType = FloatDType | TfjsDType;

interface Arrays {
  float32: Float32Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
  float64: Float64Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  bool: Uint8Array;
  string: readonly string[];
  complex64: Float32Array;
}

/**
 * The array that stores a dtype: of `bool` bytes of 0 and 1, of `float16` and `bfloat16` the bits, of `complex64` real and
 * imaginary parts in turn, of `string` a list.
 */
export type DataOf<D extends DType> = Arrays[D];

/** The arrays of numbers. */
export type TypedArray = DataOf<NumberDType>;

const arrays = {
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  bool: Uint8Array,
  string: Array,
  complex64: Float32Array,
} as const;

/** All dtypes. */
export const dtypes = Object.keys(arrays) as readonly DType[];

/** The dtypes whose elements are numbers, see {@link NumberDType}. */
export const numberDTypes = dtypes.filter(isNumberDType);

/** Tells whether `name` is a dtype. */
export function isDType(name: unknown): name is DType {
  return typeof name === 'string' && Object.hasOwn(arrays, name);
}

/** Tells whether `name` is a dtype whose elements are numbers. */
export function isNumberDType(name: unknown): name is NumberDType {
  return isDType(name) && name !== 'int64' && name !== 'string';
}

export function isFloatDType(dtype: DType): dtype is FloatDType {
  return dtype === 'float32' || dtype === 'float16' || dtype === 'bfloat16' || dtype === 'float64';
}

/** The narrowest float that holds all of these dtypes' numbers as Keras promotes them; float32 where none is a float. */
export function widestFloat(dtypes: readonly DType[]): FloatDType {
  const floats = new Set(dtypes.filter(isFloatDType));
  if (floats.has('float64')) return 'float64';
  const [only] = floats;
  return floats.size === 1 ? only! : 'float32';
}

/** The bytes that one element takes in memory; of a string, whose bytes are JavaScript's own business, 0. Units: bytes. */
export function bytesPerElement(dtype: DType): number {
  if (dtype === 'string') return 0;
  return arrays[dtype].BYTES_PER_ELEMENT * elementsPerValue(dtype);
}

/** How many elements of its array a value takes: two for complex numbers. */
export function elementsPerValue(dtype: DType): 1 | 2 {
  return dtype === 'complex64' ? 2 : 1;
}

/** An array for `count` values of `dtype`, filled with zeros or empty strings. */
export function allocateArray<D extends DType>(dtype: D, count: number): DataOf<D> {
  const made: unknown =
    dtype === 'string'
      ? Array.from({ length: count }, () => '')
      : new arrays[dtype as NumberDType](count * elementsPerValue(dtype));
  return made as DataOf<D>;
}

/** The array of `count` values of `dtype` that lies in `buffer` from `offset`. Units: bytes. */
export function arrayOver<D extends NumberDType>(
  dtype: D,
  buffer: ArrayBufferLike,
  offset: number,
  count: number,
): DataOf<D> {
  return new arrays[dtype](buffer as ArrayBuffer, offset, count * elementsPerValue(dtype)) as DataOf<D>;
}

/** Whether `data` is of the array class that stores `dtype`. */
export function isArrayOf<D extends DType>(dtype: D, data: unknown): data is DataOf<D> {
  return data instanceof arrays[dtype];
}

/** The dtype that tfjs code sees where a value of `dtype` is meant. */
export function tfjsDType(dtype: DType): TfjsDType {
  if (isFloatDType(dtype)) return 'float32';
  return dtype === 'bool' || dtype === 'string' || dtype === 'complex64' ? dtype : 'int32';
}

/** The dtype that a host tensor's values have inside a Program: integers become int32, everything else stays. */
export function computeDType(dtype: DType): ComputeDType {
  return isFloatDType(dtype) ? dtype : tfjsDType(dtype);
}
