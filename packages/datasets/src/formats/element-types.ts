// The element types of stored arrays, and the dtype of host tensors that each is. Only uint64 has none of its own: it
// becomes int64, whose range is checked.
import { fileInvalid } from '@lamella/files';
import { allocateArray, bytesPerElement, elementsPerValue, type DataOf, type DType } from '@lamella/program';

/** The dtypes that files hold as bytes of fixed size. */
export type StoredDType = Exclude<DType, 'string' | 'bfloat16'>;

/** How one element lies in a file. */
export interface ElementType {
  readonly name: string;
  /** Units: bytes. */
  readonly size: number;
  readonly dtype: StoredDType;
  /** How many bytes change their order together where the file's is the other one. */
  readonly word: number;
}

function elementType(dtype: StoredDType, name: string = dtype): ElementType {
  const size = bytesPerElement(dtype);
  return { name, size, dtype, word: size / elementsPerValue(dtype) };
}

export const elementTypes = {
  bool: elementType('bool'),
  int8: elementType('int8'),
  uint8: elementType('uint8'),
  int16: elementType('int16'),
  uint16: elementType('uint16'),
  int32: elementType('int32'),
  uint32: elementType('uint32'),
  int64: elementType('int64'),
  uint64: elementType('int64', 'uint64'),
  float16: elementType('float16'),
  float32: elementType('float32'),
  float64: elementType('float64'),
  complex64: elementType('complex64'),
} as const satisfies Record<string, ElementType>;

/** Whether memory holds numbers with the low byte first. */
export const isLittleEndianHost = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** Decodes `bytes`, which hold whole elements and nothing else. Throws: FILE_INVALID for a value out of range. */
export function decodeElements(
  bytes: Uint8Array,
  type: ElementType,
  littleEndian: boolean,
  file: string,
): DataOf<StoredDType> {
  const values = allocateArray(type.dtype, bytes.length / type.size);
  const own = new Uint8Array(values.buffer);
  own.set(bytes);
  if (littleEndian !== isLittleEndianHost) swapWords(own, type.word);
  if (type.name === 'bool') checkValues(values as Uint8Array, (value) => value <= 1, '0 or 1', type, file);
  if (type.name === 'uint64')
    checkValues(values as BigInt64Array, (value) => value >= 0n, 'below 2 ** 63', type, file);
  return values;
}

/** Turns the order of the bytes round in each word. Units: bytes. */
export function swapWords(bytes: Uint8Array, word: number): void {
  if (word === 1) return;
  for (let at = 0; at < bytes.length; at += word) bytes.subarray(at, at + word).reverse();
}

function checkValues<T extends number | bigint>(
  values: { readonly [index: number]: T; readonly length: number },
  isIn: (value: T) => boolean,
  range: string,
  type: ElementType,
  file: string,
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (isIn(value)) continue;
    const shown = type.name === 'uint64' ? BigInt.asUintN(64, value as bigint) : value;
    throw fileInvalid(
      file,
      `expected values ${range} (${type.name} becomes ${type.dtype}), got ${shown} at position ${i}`,
      'rescale or convert the array before saving it',
    );
  }
}
