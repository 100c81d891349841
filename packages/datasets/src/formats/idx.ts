// The IDX format of the original MNIST files: a magic number with the element type, big-endian sizes, big-endian values.
// Source: the description of the format at the end of http://yann.lecun.com/exdb/mnist/.
import { fileInvalid, gunzip, isGzip } from '@lamella/files';
import { bytesPerElement, HostTensor, type StorageDType } from '@lamella/program';
import { dataInvalid } from '../errors.js';
import { checkShape, maximumRank } from './checked-shape.js';
import { decodeElements, elementTypes, type ElementType } from './element-types.js';

const types = new Map<number, ElementType>([
  [0x08, elementTypes.uint8],
  [0x09, elementTypes.int8],
  [0x0b, elementTypes.int16],
  [0x0c, elementTypes.int32],
  [0x0d, elementTypes.float32],
  [0x0e, elementTypes.float64],
]);

const codes: Readonly<Partial<Record<StorageDType, number>>> = {
  uint8: 0x08,
  bool: 0x08,
  int8: 0x09,
  int16: 0x0b,
  int32: 0x0c,
  float32: 0x0d,
};

export interface ReadIdxOptions {
  /** The file's name, for errors. */
  readonly name?: string;
  /** The most that a gzip file may unfold to. Units: bytes; by default 2 GiB. */
  readonly maximumBytes?: number;
}

/**
 * Reads one IDX file, gzipped or not. float64 becomes float32.
 *
 * Throws: FILE_INVALID for another magic number, an unknown type, a wrong length, or values out of float32's range.
 *
 * @example
 * const labels = readIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]));
 * labels.array(); // [5, 0, 4]
 */
export function readIdx(bytes: Uint8Array, options: ReadIdxOptions = {}): HostTensor {
  const { name = 'array.idx', maximumBytes = 2 ** 31 } = options;
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
  return new HostTensor(decodeElements(bytes.subarray(start), type, false, file), shape, type.dtype);
}

/**
 * A tensor as an IDX file; booleans become bytes.
 *
 * Throws: DATA_INVALID for uint16, which IDX does not know, and for more than 64 dimensions.
 *
 * @example
 * writeIdx(new HostTensor(new Uint8Array([5, 0, 4]), [3], 'uint8')); // [0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]
 */
export function writeIdx(tensor: HostTensor): Uint8Array {
  const { data, dtype, shape } = tensor;
  const code = codes[dtype];
  if (code === undefined)
    throw dataInvalid('writeIdx()', `IDX files hold no ${dtype}`, 'convert the tensor to int32 first');
  if (shape.length > maximumRank)
    throw dataInvalid('writeIdx()', `expected at most ${maximumRank} dimensions, got ${shape.length}`);
  const start = 4 + 4 * shape.length;
  const bytes = new Uint8Array(start + data.length * bytesPerElement(dtype));
  const view = new DataView(bytes.buffer);
  bytes.set([0, 0, code, shape.length]);
  shape.forEach((size, i) => view.setUint32(4 + 4 * i, size));
  if (bytesPerElement(dtype) === 1) bytes.set(data as Uint8Array, start);
  else if (dtype === 'int16') data.forEach((value, i) => view.setInt16(start + 2 * i, value));
  else if (dtype === 'int32') data.forEach((value, i) => view.setInt32(start + 4 * i, value));
  else data.forEach((value, i) => view.setFloat32(start + 4 * i, value));
  return bytes;
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
