// The IDX format of the original MNIST files: a magic number with the element type, big-endian sizes, big-endian values.
// Source: the description of the format at the end of http://yann.lecun.com/exdb/mnist/.
import { checkOptionNames, dataInvalid, type OptionNames } from '@lamella/core';
import { fileInvalid, gunzip, isGzip } from '@lamella/files';
import {
  HostTensor,
  type AnyHostTensor,
  type DType,
  type NumberDType,
  type TypedArray,
} from '@lamella/program';
import { checkShape, maximumRank } from './checked-shape.js';
import {
  decodeElements,
  elementTypes,
  isLittleEndianHost,
  swapWords,
  type ElementType,
} from './element-types.js';

const types = new Map<number, ElementType>([
  [0x08, elementTypes.uint8],
  [0x09, elementTypes.int8],
  [0x0b, elementTypes.int16],
  [0x0c, elementTypes.int32],
  [0x0d, elementTypes.float32],
  [0x0e, elementTypes.float64],
]);

const codes: Readonly<Partial<Record<DType, number>>> = {
  uint8: 0x08,
  bool: 0x08,
  int8: 0x09,
  int16: 0x0b,
  int32: 0x0c,
  float32: 0x0d,
  float64: 0x0e,
};

export interface ReadIdxOptions {
  /** The file's name, for errors. */
  readonly name?: string;
  /** The most that a gzip file may unfold to. Units: bytes; by default 32 MiB, and 50 for each byte of the file. */
  readonly maximumBytes?: number;
}

const readIdxNames: OptionNames<ReadIdxOptions> = { name: true, maximumBytes: true };

/**
 * Reads one IDX file, gzipped or not.
 *
 * Throws: FILE_INVALID for another magic number, an unknown type, or a wrong length; BUDGET_EXCEEDED.
 *
 * @example
 * const labels = readIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]));
 * labels.array(); // [5, 0, 4]
 */
export function readIdx(bytes: Uint8Array, options: ReadIdxOptions = {}): HostTensor {
  checkOptionNames('readIdx()', options, readIdxNames);
  const { name = 'bytes given to readIdx()', maximumBytes } = options;
  return parse(isGzip(bytes) ? gunzip(bytes, name, maximumBytes) : bytes, name);
}

function parse(bytes: Uint8Array, file: string): HostTensor {
  if (bytes.length < 4) throw fileInvalid(file, `expected an IDX file, got ${bytes.length} bytes`);
  if (bytes[0] !== 0 || bytes[1] !== 0)
    throw fileInvalid(
      file,
      `expected an IDX file, which begins with 00 00, got ${hex(bytes[0]!)} ${hex(bytes[1]!)}`,
    );
  const type = types.get(bytes[2]!);
  if (type === undefined)
    throw fileInvalid(file, `expected an IDX element type (08 to 0e), got ${hex(bytes[2]!)}`);
  const rank = bytes[3]!;
  const start = 4 + 4 * rank;
  if (bytes.length < start)
    throw fileInvalid(file, `expected ${rank} sizes in its header, but it ends after ${bytes.length} bytes`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  checkShape(file, shape, type.size, bytes.length - start);
  const values = decodeElements(bytes.subarray(start), type, false, file);
  return new HostTensor<NumberDType>(values as TypedArray, shape, type.dtype as NumberDType);
}

/**
 * A tensor as an IDX file; booleans become bytes.
 *
 * Throws: DATA_INVALID for dtypes that IDX does not know, such as uint16, and for more than 64 dimensions.
 *
 * @example
 * writeIdx(new HostTensor(new Uint8Array([5, 0, 4]), [3], 'uint8')); // [0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]
 */
export function writeIdx(tensor: AnyHostTensor): Uint8Array {
  const { data, dtype, shape } = tensor;
  const code = codes[dtype];
  if (code === undefined)
    throw dataInvalid('writeIdx()', `IDX files hold no ${dtype}`, 'convert the tensor to int32 first');
  if (shape.length > maximumRank)
    throw dataInvalid('writeIdx()', `expected at most ${maximumRank} dimensions, got ${shape.length}`);
  const start = 4 + 4 * shape.length;
  const { buffer, byteOffset, byteLength } = data as Uint8Array;
  const bytes = new Uint8Array(start + byteLength);
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, code, shape.length]);
  shape.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  bytes.set(new Uint8Array(buffer, byteOffset, byteLength), start);
  if (isLittleEndianHost) swapWords(bytes.subarray(start), byteLength / Math.max(data.length, 1));
  return bytes;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
