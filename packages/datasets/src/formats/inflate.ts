// Unpacks deflate streams and gzip files into exactly the declared size, which must be within what deflate can do.
import { gunzipSync, inflateSync } from 'fflate';
import { fileInvalid } from '../errors.js';
import { crc32 } from './crc32.js';

/** One packed byte holds at most this many. */
const maximumExpansion = 1032;

/** Throws: FILE_INVALID for damage, or a declared size that `packed` cannot hold. */
export function inflate(packed: Uint8Array, size: number, checksum: number, subject: string): Uint8Array {
  return unpack(packed, size, checksum, subject, (out) => inflateSync(packed, { out }));
}

/** Whether `bytes` begin as gzip files do. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** Throws: FILE_INVALID for damage, or a declared size above `maximumSize` or above what the file can hold. */
export function gunzip(bytes: Uint8Array, maximumSize: number, name: string): Uint8Array {
  const subject = `"${name}"`;
  if (bytes.length < 18 || !isGzip(bytes))
    throw fileInvalid(subject, 'expected a gzip file, which begins with 1f 8b and has 18 bytes or more');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = view.getUint32(bytes.length - 4, true);
  if (size > maximumSize)
    throw fileInvalid(subject, `expected at most ${maximumSize} bytes after unpacking, got ${size}`);
  return unpack(bytes, size, view.getUint32(bytes.length - 8, true), subject, (out) =>
    gunzipSync(bytes, { out }),
  );
}

function unpack(
  packed: Uint8Array,
  size: number,
  checksum: number,
  subject: string,
  run: (out: Uint8Array) => Uint8Array,
): Uint8Array {
  if (size > packed.length * maximumExpansion)
    throw fileInvalid(subject, `${packed.length} packed bytes cannot hold the declared ${size}`);
  let unpacked: Uint8Array;
  try {
    unpacked = run(new Uint8Array(size));
  } catch (cause) {
    throw fileInvalid(subject, 'its compressed data is damaged', undefined, cause);
  }
  if (unpacked.length !== size)
    throw fileInvalid(subject, `expected ${size} bytes after unpacking, got ${unpacked.length}`);
  if (crc32(unpacked) !== checksum)
    throw fileInvalid(subject, 'its checksum does not match: the file is damaged');
  return unpacked;
}
