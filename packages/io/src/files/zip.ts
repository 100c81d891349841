// Zip archives as maps from names to bytes. Members are stored, as Keras writes them. The reader believes nothing an archive
// says of itself: what unfolds to more than it declares, overlaps, hides behind two names or fails its checksum is refused.
import { Inflate, zipSync } from 'fflate';
import { isLamellaError } from '@lamella/program';
import { fileInvalid } from '../errors.js';
import { crc32 } from './crc32.js';

/** Bytes that all members may have together, whatever the archive's size, and how much deflate may expand beyond that. */
const freeSize = 256 * 1024 * 1024;
const maximumExpansion = 100;
const maximumMembers = 10_000;
/** Of compressed bytes unfolded at once, so that a bomb is noticed early. */
const pieceSize = 65536;

/** The archive's bytes. */
export function writeZip(members: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return zipSync(
    Object.fromEntries(
      Object.entries(members).map(([name, bytes]) => [
        name,
        [bytes, { level: 0, mtime: '1980-01-02T00:00:00' }],
      ]),
    ),
  );
}

interface Member {
  readonly name: string;
  readonly isDeflated: boolean;
  readonly checksum: number;
  readonly size: number;
  readonly stored: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The members' bytes by name. Throws: FILE_INVALID for damage, bombs, and names that leave the archive. */
export function readZip(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw fileInvalid(file, 'it is no zip archive');
  try {
    const members = listMembers(bytes, file);
    checkMembers(members, bytes.length, file);
    return new Map(members.map((member) => [member.name, unfold(member, file)]));
  } catch (cause) {
    throw isLamellaError(cause)
      ? cause
      : fileInvalid(file, 'the archive is damaged or cut off', undefined, cause);
  }
}

/** Source: PKWARE's .ZIP File Format Specification 6.3, 4.3.12 and 4.3.16. */
function listMembers(bytes: Uint8Array, file: string): Member[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === undefined) throw fileInvalid(file, 'the archive is cut off: its directory is missing');
  const count = view.getUint16(end + 10, true);
  const directory = view.getUint32(end + 16, true);
  if (count > maximumMembers) throw fileInvalid(file, `it holds more than ${maximumMembers} members`);
  const members: Member[] = [];
  let at = directory;
  for (let i = 0; i < count; i++) {
    if (view.getUint32(at, true) !== 0x02014b50)
      throw fileInvalid(file, 'the directory of the archive is damaged');
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const compressed = view.getUint32(at + 20, true);
    const lengths = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const name = text(bytes, at + 46, lengths[0]);
    if ((flags & 1) !== 0) throw fileInvalid(file, `member "${name}" is encrypted`);
    if (method !== 0 && method !== 8)
      throw fileInvalid(file, `member "${name}" is compressed in an unusual way`);
    const start = view.getUint32(at + 42, true);
    const data = dataOf(view, bytes, start, name, file);
    if (data + compressed > directory) throw fileInvalid(file, `member "${name}" is cut off`);
    members.push({
      name,
      isDeflated: method === 8,
      checksum: view.getUint32(at + 16, true),
      size: view.getUint32(at + 24, true),
      stored: bytes.subarray(data, data + compressed),
      start,
      end: data + compressed,
    });
    at += 46 + lengths[0] + lengths[1] + lengths[2];
  }
  return members;
}

/** Where the end of the directory stands; after it comes nothing but a comment. */
function findEnd(view: DataView): number | undefined {
  const last = view.byteLength - 22;
  for (let at = last; at >= Math.max(0, last - 0xffff); at--)
    if (
      view.getUint32(at, true) === 0x06054b50 &&
      at + 22 + view.getUint16(at + 20, true) === view.byteLength
    )
      return at;
  return undefined;
}

/** Where the bytes of a member begin; its own header must name it as the directory does. */
function dataOf(view: DataView, bytes: Uint8Array, at: number, name: string, file: string): number {
  if (view.getUint32(at, true) !== 0x04034b50) throw fileInvalid(file, `member "${name}" is missing`);
  const length = view.getUint16(at + 26, true);
  if (text(bytes, at + 30, length) !== name) throw fileInvalid(file, `member "${name}" has two names`);
  return at + 30 + length + view.getUint16(at + 28, true);
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return new TextDecoder('utf-8').decode(bytes.subarray(at, at + length));
}

function checkMembers(members: readonly Member[], size: number, file: string): void {
  const limit = Math.max(freeSize, size * maximumExpansion);
  const total = members.reduce((sum, member) => sum + member.size, 0);
  if (total > limit) throw fileInvalid(file, `its members unfold to more than ${limit} bytes`);
  const names = new Set<string>();
  for (const { name } of members) {
    if (names.has(name)) throw fileInvalid(file, `member "${name}" stands twice`);
    names.add(name);
    if (/^[/\\]|^[A-Za-z]:/.test(name) || name.split(/[/\\]/).includes('..') || name.includes('\0'))
      throw fileInvalid(file, `member "${name}" points outside the archive`);
  }
  const inOrder = [...members].sort((a, b) => a.start - b.start);
  inOrder.forEach((member, i) => {
    if (i > 0 && member.start < inOrder[i - 1]!.end)
      throw fileInvalid(file, `member "${member.name}" lies over another`);
  });
}

function unfold({ name, isDeflated, checksum, size, stored }: Member, file: string): Uint8Array {
  const content = isDeflated ? inflate(stored, size) : stored;
  if (content?.length !== size)
    throw fileInvalid(file, `member "${name}" is not as large as the archive says`);
  if (crc32(content) !== checksum)
    throw fileInvalid(file, `member "${name}" is damaged: its checksum differs`);
  return content;
}

/** The unfolded bytes, or undefined where they would be more than declared. */
function inflate(stored: Uint8Array, size: number): Uint8Array | undefined {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const stream = new Inflate((piece) => {
    length += piece.length;
    if (length <= size) pieces.push(piece);
  });
  for (let at = 0; at < stored.length && length <= size; at += pieceSize)
    stream.push(stored.subarray(at, at + pieceSize), at + pieceSize >= stored.length);
  if (length > size) return undefined;
  const content = new Uint8Array(length);
  pieces.reduce((at, piece) => {
    content.set(piece, at);
    return at + piece.length;
  }, 0);
  return content;
}
