// Unpacks deflate streams and gzip files into exactly the size that they declare, which must be within what deflate can do.
// Goes piece by piece, so that a stream that holds more than it declares ends early and takes no memory.
import { Budget } from '@lamella/program';
import { Gunzip, Inflate } from 'fflate';
import { crc32 } from './crc32.js';
import { fileInvalid, fileTooLarge } from './errors.js';

/** One packed byte holds at most this many. Source: RFC 1951, 3.2.5. */
const maximumExpansion = 1032;
const pieceSize = 65_536;

/** What a stream says that it unpacks to. */
export interface Declared {
  /** Units: bytes. */
  readonly size: number;
  readonly checksum: number;
  /** How errors name the stream, after its file. */
  readonly what: string;
}

/**
 * The unpacked bytes of a deflate stream, which draw from `budget`.
 * Throws: FILE_INVALID for damage, and where it is not what it declares; BUDGET_EXCEEDED.
 */
export function inflate(packed: Uint8Array, declared: Declared, file: string, budget?: Budget): Uint8Array {
  return unpack(new Inflate(), packed, declared, file, budget);
}

/** Whether `bytes` begin as gzip files do. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The unpacked bytes of a gzip file. `limit` is how many they may be, or the account that they draw from, by default one of the
 * file's size. Throws: FILE_INVALID for damage, and for more than the limit; BUDGET_EXCEEDED.
 */
export function gunzip(
  bytes: Uint8Array,
  file: string,
  limit: number | Budget = Budget.ofFile(file, bytes.length),
): Uint8Array {
  if (bytes.length < 18 || !isGzip(bytes))
    throw fileInvalid(file, 'expected a gzip file, which begins with 1f 8b and has 18 bytes or more');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [checksum, size] = [8, 4].map((end) => view.getUint32(bytes.length - end, true)) as [number, number];
  if (typeof limit === 'number' && size > limit) throw fileTooLarge(file, `${size} unpacked`, limit);
  const budget = typeof limit === 'number' ? undefined : limit;
  return unpack(new Gunzip(), bytes, { size, checksum, what: 'its content' }, file, budget);
}

/** Throws: FILE_INVALID where the checksum of `content` is another. */
export function checkCrc32(content: Uint8Array, { checksum, what }: Declared, file: string): void {
  if (crc32(content) !== checksum) throw fileInvalid(file, `${what} is damaged: its checksum differs`);
}

function unpack(
  stream: Inflate | Gunzip,
  packed: Uint8Array,
  declared: Declared,
  file: string,
  budget: Budget | undefined,
): Uint8Array {
  const { size, what } = declared;
  if (size > packed.length * maximumExpansion)
    throw fileInvalid(file, `${what} declares ${size} bytes, which its ${packed.length} cannot unfold to`);
  // Once to be unpacked, once to be checked.
  budget?.spend('bytes', 2 * size, what);
  const content = new Uint8Array(size);
  let length = 0;
  stream.ondata = (piece) => {
    if (length + piece.length <= size) content.set(piece, length);
    length += piece.length;
  };
  try {
    for (let at = 0; at < packed.length && length <= size; at += pieceSize)
      stream.push(packed.subarray(at, at + pieceSize), at + pieceSize >= packed.length);
  } catch (cause) {
    throw fileInvalid(file, `${what} is damaged: it cannot be unpacked`, undefined, cause);
  }
  if (length !== size) throw fileInvalid(file, `${what} is not as large as it says`);
  checkCrc32(content, declared, file);
  return content;
}
