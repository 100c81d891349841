// The IDX format of the original MNIST files: a magic number with the element type, big-endian sizes, big-endian values.
// Source: the description of the format at the end of http://yann.lecun.com/exdb/mnist/.
import { HostTensor } from '@lamella/program';
import { fileInvalid } from '../errors.js';
import { checkShape } from './checked-shape.js';
import { decodeElements, elementTypes, type ElementType } from './element-types.js';

const types = new Map<number, ElementType>([
  [0x08, elementTypes.uint8],
  [0x09, elementTypes.int8],
  [0x0b, elementTypes.int16],
  [0x0c, elementTypes.int32],
  [0x0d, elementTypes.float32],
  [0x0e, elementTypes.float64],
]);

/**
 * Reads one IDX file. float64 becomes float32. `name` stands in errors.
 *
 * Throws: FILE_INVALID for another magic number, an unknown type, a wrong length, or values out of float32's range.
 *
 * @example
 * const labels = readIdx(new Uint8Array([0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4]));
 * labels.array(); // [5, 0, 4]
 */
export function readIdx(bytes: Uint8Array, name = 'array.idx'): HostTensor {
  const subject = `"${name}"`;
  if (bytes.length < 4) throw fileInvalid(subject, `expected an IDX file, got ${bytes.length} bytes`);
  if (bytes[0] !== 0 || bytes[1] !== 0) {
    const packed = bytes[0] === 0x1f && bytes[1] === 0x8b ? 'unpack the gzip file first' : undefined;
    throw fileInvalid(
      subject,
      `expected an IDX file, which begins with 00 00, got ${hex(bytes[0]!)} ${hex(bytes[1]!)}`,
      packed,
    );
  }
  const type = types.get(bytes[2]!);
  if (type === undefined)
    throw fileInvalid(subject, `expected an IDX element type (08 to 0e), got ${hex(bytes[2]!)}`);
  const rank = bytes[3]!;
  const start = 4 + 4 * rank;
  if (bytes.length < start)
    throw fileInvalid(
      subject,
      `expected ${rank} sizes in its header, but it ends after ${bytes.length} bytes`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  checkShape(subject, shape, type.size, bytes.length - start);
  return new HostTensor(decodeElements(bytes.subarray(start), type, false, subject), shape, type.dtype);
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
