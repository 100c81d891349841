// The element types of stored arrays, and how each becomes a dtype of host tensors. Wide ones narrow with a range check:
// float64 to float32 (rounded), 64-bit and unsigned 32-bit integers to int32.
import { fileInvalid } from '@lamella/files';
import { allocateArray, bytesPerElement, type StorageDType, type TypedArray } from '@lamella/program';

/** How one element lies in a file. */
export interface ElementType {
  readonly name: string;
  /** Units: bytes. */
  readonly size: number;
  /** What it becomes in memory. */
  readonly dtype: StorageDType;
  /** Whether memory holds it exactly as a little-endian file does. */
  readonly isNative: boolean;
  /** The value at `offset`, or undefined where `dtype` cannot hold it. */
  read(view: DataView, offset: number, littleEndian: boolean): number | undefined;
}

const int32 = { low: -2147483648, high: 2147483647 };
const largestFloat32 = 3.4028234663852886e38;
/** The first float64 that rounds to infinity in float32. */
const float32Overflow = 3.4028235677973366e38;

function native(
  name: string,
  dtype: StorageDType,
  read: (view: DataView, offset: number, little: boolean) => number,
): ElementType {
  return { name, size: bytesPerElement(dtype), dtype, isNative: true, read };
}

function narrowed(name: string, size: number, dtype: StorageDType, read: ElementType['read']): ElementType {
  return { name, size, dtype, isNative: false, read };
}

/** A float64 as float32 holds it, or undefined where it would become infinite. */
function toFloat32(value: number): number | undefined {
  return Math.abs(value) >= float32Overflow && Number.isFinite(value) ? undefined : value;
}

function halves(view: DataView, offset: number, little: boolean): { low: number; high: number } {
  const first = view.getInt32(offset, little);
  const second = view.getInt32(offset + 4, little);
  return little ? { low: first, high: second } : { low: second, high: first };
}

function readFloat16(view: DataView, offset: number, little: boolean): number {
  const bits = view.getUint16(offset, little);
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

export const elementTypes = {
  bool: narrowed('bool', 1, 'bool', (view, offset) => {
    const value = view.getUint8(offset);
    return value <= 1 ? value : undefined;
  }),
  int8: native('int8', 'int8', (view, offset) => view.getInt8(offset)),
  uint8: native('uint8', 'uint8', (view, offset) => view.getUint8(offset)),
  int16: native('int16', 'int16', (view, offset, little) => view.getInt16(offset, little)),
  uint16: native('uint16', 'uint16', (view, offset, little) => view.getUint16(offset, little)),
  int32: native('int32', 'int32', (view, offset, little) => view.getInt32(offset, little)),
  uint32: narrowed('uint32', 4, 'int32', (view, offset, little) => {
    const value = view.getUint32(offset, little);
    return value <= int32.high ? value : undefined;
  }),
  int64: narrowed('int64', 8, 'int32', (view, offset, little) => {
    const { low, high } = halves(view, offset, little);
    return high === low >> 31 ? low : undefined;
  }),
  uint64: narrowed('uint64', 8, 'int32', (view, offset, little) => {
    const { low, high } = halves(view, offset, little);
    return high === 0 && low >= 0 ? low : undefined;
  }),
  float16: narrowed('float16', 2, 'float32', readFloat16),
  float32: native('float32', 'float32', (view, offset, little) => view.getFloat32(offset, little)),
  float64: narrowed('float64', 8, 'float32', (view, offset, little) =>
    toFloat32(view.getFloat64(offset, little)),
  ),
} as const satisfies Record<string, ElementType>;

const isLittleEndianHost = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Decodes `bytes`, which hold whole elements and nothing else. Throws: FILE_INVALID for a value out of range. */
export function decodeElements(
  bytes: Uint8Array,
  type: ElementType,
  littleEndian: boolean,
  file: string,
): TypedArray {
  const count = bytes.length / type.size;
  const values = allocateArray(type.dtype, count);
  if (type.isNative && (type.size === 1 || (littleEndian && isLittleEndianHost))) {
    new Uint8Array(values.buffer).set(bytes);
    return values;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) {
    const value = type.read(view, i * type.size, littleEndian);
    if (value === undefined) throw outOfRange(view, i, type, littleEndian, file);
    values[i] = value;
  }
  return values;
}

function outOfRange(view: DataView, index: number, type: ElementType, little: boolean, file: string): Error {
  const offset = index * type.size;
  const value =
    type.name === 'float64'
      ? view.getFloat64(offset, little)
      : type.name === 'int64'
        ? view.getBigInt64(offset, little)
        : type.name === 'uint64'
          ? view.getBigUint64(offset, little)
          : type.name === 'uint32'
            ? view.getUint32(offset, little)
            : view.getUint8(offset);
  const range =
    type.dtype === 'bool'
      ? '0 or 1'
      : type.dtype === 'int32'
        ? `${int32.low} to ${int32.high}`
        : `at most ${largestFloat32} in size`;
  return fileInvalid(
    file,
    `expected values ${range} (${type.name} becomes ${type.dtype}), got ${value} at position ${index}`,
    'rescale or convert the array before saving it',
  );
}
