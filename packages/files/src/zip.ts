// Zip archives. The reader believes nothing an archive says of itself: what unfolds to more than it declares, overlaps, hides
// behind two names, leaves the archive or fails its checksum is refused. Members unfold one by one, when they are asked for.
import { zipSync } from 'fflate';
import { Budget, isLamellaError } from '@lamella/program';
import { fileInvalid } from './errors.js';
import { checkCrc32, inflate } from './inflate.js';

const maximumMembers = 10_000;
/** Leaves room for the directory. Units: bytes. */
const mostWritten = 2 ** 32 - 2 ** 24;

/** A file in an archive. */
export interface ZipMember {
  readonly name: string;
  /** Unpacks it. Throws: FILE_INVALID for damage. */
  bytes(): Uint8Array;
}

interface Entry {
  readonly name: string;
  readonly isDeflated: boolean;
  readonly checksum: number;
  readonly size: number;
  readonly stored: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * The archive's bytes: the same members give the same bytes. Members are stored as they are, as Keras does, unless `compressed`.
 * Throws: RangeError for more than numbers of 32 bits can say.
 */
export function writeZip(
  members: Readonly<Record<string, Uint8Array>>,
  { compressed = false }: { readonly compressed?: boolean } = {},
): Uint8Array {
  const total = Object.values(members).reduce((sum, { length }) => sum + length, 0);
  if (total > mostWritten)
    throw new RangeError(`the length of its members is ${total} bytes, and may be ${mostWritten}`);
  return zipSync(members, { level: compressed ? 6 : 0, mtime: '1980-01-02T00:00:00' });
}

/**
 * The members, in the archive's order; nothing is unpacked yet. `limit` is what all together may unfold to, or the account that
 * each draws from when it is unpacked, by default one of the archive's size.
 * Throws: FILE_INVALID for damage, bombs, and names that leave the archive; BUDGET_EXCEEDED.
 */
export function readZip(
  bytes: Uint8Array,
  file: string,
  limit: number | Budget = Budget.ofFile(file, bytes.length),
): ZipMember[] {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw fileInvalid(file, 'it is no zip archive');
  try {
    const entries = listEntries(bytes, file);
    checkEntries(entries, file, typeof limit === 'number' ? limit : Infinity);
    const budget = typeof limit === 'number' ? undefined : limit;
    return entries.map((entry) => ({ name: entry.name, bytes: () => unfold(entry, file, budget) }));
  } catch (cause) {
    throw isLamellaError(cause)
      ? cause
      : fileInvalid(file, 'the archive is damaged or cut off', undefined, cause);
  }
}

/** All members unpacked, by name. Throws: FILE_INVALID, BUDGET_EXCEEDED. */
export function unzip(bytes: Uint8Array, file: string, budget?: Budget): Map<string, Uint8Array> {
  return new Map(readZip(bytes, file, budget).map((member) => [member.name, member.bytes()]));
}

/** Source: PKWARE's .ZIP File Format Specification 6.3, 4.3.12 to 4.3.16, and 4.5.3. */
function listEntries(bytes: Uint8Array, file: string): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const last = findEnd(view);
  if (last === undefined) throw fileInvalid(file, 'the archive is cut off: its directory is missing');
  const { end, count, directory } = endOfDirectory(view, last);
  if (count > maximumMembers)
    throw fileInvalid(file, `it is an archive of more than ${maximumMembers} members`);
  const entries: Entry[] = [];
  let at = directory;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50)
      throw fileInvalid(file, `the directory of the archive is damaged at member ${i + 1} of ${count}`);
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const checksum = view.getUint32(at + 16, true);
    const [nameLength, ...others] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const name = text(bytes, at + 46, nameLength);
    if ((flags & 1) !== 0) throw fileInvalid(file, `member "${name}" is encrypted`);
    if (method !== 0 && method !== 8)
      throw fileInvalid(file, `member "${name}" is compressed in an unusual way (method ${method})`);
    const extra = new DataView(bytes.buffer, bytes.byteOffset + at + 46 + nameLength, others[0]);
    const stated = [24, 20, 42].map((offset) => view.getUint32(at + offset, true));
    const [size, compressed, start] = wideSizes(stated, extra);
    const data = dataOf(view, bytes, start, name, file);
    if (data + compressed > directory) throw fileInvalid(file, `member "${name}" is cut off`);
    entries.push({
      name,
      isDeflated: method === 8,
      checksum,
      size,
      stored: bytes.subarray(data, data + compressed),
      start,
      end: data + compressed,
    });
    at += 46 + nameLength + others[0] + others[1];
  }
  if (at > end) throw fileInvalid(file, 'the directory of the archive is damaged at its end');
  return entries;
}

/** What the end of the directory at `at` says; in an archive of more than 4 GiB, or written as one, a wider record before it does. */
function endOfDirectory(view: DataView, at: number): { end: number; count: number; directory: number } {
  const end = { end: at, count: view.getUint16(at + 10, true), directory: view.getUint32(at + 16, true) };
  const isWide = at >= 20 && view.getUint32(at - 20, true) === 0x07064b50;
  if (!isWide) return end;
  const wide = numberAt(view, at - 12);
  if (view.getUint32(wide, true) !== 0x06064b50) throw new Error('its wide directory is missing');
  return { end: wide, count: numberAt(view, wide + 32), directory: numberAt(view, wide + 48) };
}

/** Numbers of a member, in the order size, packed size, place; those that 32 bits do not hold stand in its extra fields. */
function wideSizes(stated: readonly number[], extra: DataView): [number, number, number] {
  let field = 0;
  while (field + 4 <= extra.byteLength && extra.getUint16(field, true) !== 1)
    field += 4 + extra.getUint16(field + 2, true);
  let at = field + 4;
  const numbers = stated.map((number) => {
    if (number !== 0xffffffff) return number;
    at += 8;
    return numberAt(extra, at - 8);
  });
  return numbers as [number, number, number];
}

/** 64 bits; larger than an array can be is past its end. */
function numberAt(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
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
  if (at + 30 > view.byteLength || view.getUint32(at, true) !== 0x04034b50)
    throw fileInvalid(file, `member "${name}" is missing`);
  const length = view.getUint16(at + 26, true);
  if (text(bytes, at + 30, length) !== name) throw fileInvalid(file, `member "${name}" has two names`);
  return at + 30 + length + view.getUint16(at + 28, true);
}

function text(bytes: Uint8Array, at: number, length: number): string {
  return new TextDecoder('utf-8').decode(bytes.subarray(at, at + length));
}

function checkEntries(entries: readonly Entry[], file: string, maximumBytes: number): void {
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (total > maximumBytes)
    throw fileInvalid(file, `its ${entries.length} members unfold to more than ${maximumBytes} bytes`);
  const names = new Set<string>();
  for (const { name, isDeflated, size, stored } of entries) {
    if (names.has(name)) throw fileInvalid(file, `member "${name}" stands twice`);
    names.add(name);
    if (/^[/\\]|^[A-Za-z]:/.test(name) || name.split(/[/\\]/).includes('..') || name.includes('\0'))
      throw fileInvalid(file, `member "${name}" points outside the archive`);
    if (!isDeflated && stored.length !== size)
      throw fileInvalid(file, `member "${name}" is not as large as it says`);
  }
  const inOrder = [...entries].sort((a, b) => a.start - b.start);
  inOrder.forEach((entry, i) => {
    if (i > 0 && entry.start < inOrder[i - 1]!.end)
      throw fileInvalid(file, `member "${entry.name}" lies over another`);
  });
}

function unfold(
  { name, isDeflated, checksum, size, stored }: Entry,
  file: string,
  budget: Budget | undefined,
): Uint8Array {
  const declared = { size, checksum, what: `member "${name}"` };
  if (isDeflated) return inflate(stored, declared, file, budget);
  checkCrc32(stored, declared, file);
  return stored;
}
