// NumPy's .npy files: one array each. Arrays of Python objects are pickles and are refused, unread.
import { fileInvalid } from '@lamella/files';
import { HostTensor, allocateArray, type StorageDType, type TypedArray } from '@lamella/program';
import { checkShape } from './checked-shape.js';
import { decodeElements, elementTypes, type ElementType } from './element-types.js';
import { readNpyHeader } from './npy-header.js';

const types = new Map<string, ElementType>([
  ['b1', elementTypes.bool],
  ['i1', elementTypes.int8],
  ['u1', elementTypes.uint8],
  ['i2', elementTypes.int16],
  ['u2', elementTypes.uint16],
  ['i4', elementTypes.int32],
  ['u4', elementTypes.uint32],
  ['i8', elementTypes.int64],
  ['u8', elementTypes.uint64],
  ['f2', elementTypes.float16],
  ['f4', elementTypes.float32],
  ['f8', elementTypes.float64],
]);

const descriptions: Readonly<Record<StorageDType, string>> = {
  float32: '<f4',
  int32: '<i4',
  uint16: '<u2',
  int16: '<i2',
  uint8: '|u1',
  int8: '|i1',
  bool: '|b1',
};

export interface ReadNpyOptions {
  /** The file's name, for errors. */
  readonly name?: string;
}

/**
 * Reads a .npy file. Both byte orders and both memory orders are understood; float16 and float64 become float32,
 * 64-bit and unsigned 32-bit integers int32.
 *
 * Throws: FILE_INVALID for damaged files, arrays of objects, strings, dates, complex numbers or records, and for values
 * that the narrower dtype cannot hold.
 *
 * @example
 * readNpy(writeNpy(new HostTensor(new Float32Array([1, 2]), [2]))).array(); // [1, 2]
 */
export function readNpy(bytes: Uint8Array, options: ReadNpyOptions = {}): HostTensor {
  const file = options.name ?? 'array.npy';
  const { descr, fortranOrder, shape, start } = readNpyHeader(bytes, file);
  const byteOrder = descr[0] ?? '';
  const type = types.get(descr.slice(1));
  if (byteOrder === '|' && descr.slice(1).startsWith('O')) throw refused(file, 'Python objects (a pickle)');
  if (type === undefined || !'<>|='.includes(byteOrder) || (type.size > 1 && byteOrder === '|'))
    throw refused(file, `type ${JSON.stringify(descr.slice(0, 20))}`);
  checkShape(file, shape, type.size, bytes.length - start);
  const values = decodeElements(bytes.subarray(start), type, byteOrder !== '>', file);
  return new HostTensor(fortranOrder ? toRowMajor(values, shape, type.dtype) : values, shape, type.dtype);
}

/** A tensor as a .npy file, version 1.0. */
export function writeNpy(tensor: HostTensor): Uint8Array {
  const sizes = tensor.shape.length === 1 ? `${tensor.shape[0]!},` : tensor.shape.join(', ');
  const header = `{'descr': '${descriptions[tensor.dtype]}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // NumPy aligns the data to 64 bytes.
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10;
  const text = `${header.padEnd(length - 1)}\n`;
  const bytes = new Uint8Array(10 + length + tensor.data.byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 255, length >> 8]);
  bytes.set(new TextEncoder().encode(text), 10);
  writeValues(bytes.subarray(10 + length), tensor.data);
  return bytes;
}

function writeValues(target: Uint8Array, data: TypedArray): void {
  target.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function toRowMajor(values: TypedArray, shape: readonly number[], dtype: StorageDType): TypedArray {
  if (shape.length < 2) return values;
  const result = allocateArray(dtype, values.length);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  const index = shape.map(() => 0);
  let offset = 0;
  for (let i = 0; i < values.length; i++) {
    result[i] = values[offset]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      offset += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      offset -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

function refused(file: string, what: string): Error {
  return fileInvalid(
    file,
    `expected numbers or booleans, got an array of ${what}, which is not read`,
    'convert it with astype before saving it',
  );
}
