// NumPy's .npy files: one array each. Arrays of Python objects are pickles and are refused, unread.
import { checkOptionNames, dataInvalid, type OptionNames } from '@lamella/core';
import { fileInvalid } from '@lamella/files';
import {
  allocateArray,
  elementsPerValue,
  HostTensor,
  type AnyHostTensor,
  type DataOf,
} from '@lamella/program';
import { checkShape } from './checked-shape.js';
import { decodeElements, elementTypes, type ElementType, type StoredDType } from './element-types.js';
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
  ['c8', elementTypes.complex64],
]);

const descriptions: Readonly<Record<StoredDType, string>> = {
  float16: '<f2',
  float32: '<f4',
  float64: '<f8',
  complex64: '<c8',
  int64: '<i8',
  int32: '<i4',
  uint32: '<u4',
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

const readNpyNames: OptionNames<ReadNpyOptions> = { name: true };

/**
 * Reads a .npy file in its own dtype; uint64 becomes int64. Both byte orders and both memory orders are understood.
 *
 * Throws: FILE_INVALID for damaged files, arrays of objects, strings, dates, complex128 or records, and for uint64 values that
 * int64 cannot hold.
 *
 * @example
 * readNpy(writeNpy(new HostTensor(new Float32Array([1, 2]), [2]))).array(); // [1, 2]
 */
export function readNpy(bytes: Uint8Array, options: ReadNpyOptions = {}): AnyHostTensor {
  checkOptionNames('readNpy()', options, readNpyNames);
  const file = options.name ?? 'bytes given to readNpy()';
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

/** A tensor as a .npy file, version 1.0. Throws: DATA_INVALID for bfloat16 and strings. */
export function writeNpy(tensor: AnyHostTensor): Uint8Array {
  const { dtype, data } = tensor;
  if (dtype === 'string' || dtype === 'bfloat16')
    throw dataInvalid(
      'writeNpy()',
      `NumPy has no ${dtype}`,
      "give a tensor of numbers, such as cast('float32') makes",
    );
  const sizes = tensor.shape.length === 1 ? `${tensor.shape[0]!},` : tensor.shape.join(', ');
  const header = `{'descr': '${descriptions[dtype]}', 'fortran_order': False, 'shape': (${sizes}), }`;
  // NumPy aligns the data to 64 bytes.
  const length = Math.ceil((10 + header.length + 1) / 64) * 64 - 10;
  const text = `${header.padEnd(length - 1)}\n`;
  const bytes = new Uint8Array(10 + length + (data as Uint8Array).byteLength);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 255, length >> 8]);
  bytes.set(new TextEncoder().encode(text), 10);
  const { buffer, byteOffset, byteLength } = data as Uint8Array;
  bytes.set(new Uint8Array(buffer, byteOffset, byteLength), 10 + length);
  return bytes;
}

function toRowMajor(
  values: DataOf<StoredDType>,
  shape: readonly number[],
  dtype: StoredDType,
): DataOf<StoredDType> {
  if (shape.length < 2) return values;
  const result = allocateArray(dtype, values.length / elementsPerValue(dtype)) as Float64Array;
  const source = values as Float64Array;
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((product, size) => product * size, 1));
  const index = shape.map(() => 0);
  const parts = elementsPerValue(dtype);
  let offset = 0;
  for (let i = 0; i < source.length; i += parts) {
    for (let part = 0; part < parts; part++) result[i + part] = source[offset * parts + part]!;
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
