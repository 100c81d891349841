// Zip archives. The reader believes nothing an archive says of itself: what unfolds to more than it declares, overlaps, hides
// behind two names, leaves the archive or fails its checksum is refused. Members unfold one by one, when they are asked for.
import { zipSync } from 'fflate';
import { Budget, isLamellaError } from '@lamella/program';
import { fileInvalid } from './errors.js';
import { checkCrc32, inflate } from './inflate.js';

const maximumMembers = 10_000;

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

/** The archive's bytes: the same members give the same bytes. Members are stored as they are, as Keras does, unless `compressed`. */
export function writeZip(
  members: Readonly<Record<string, Uint8Array>>,
  { compressed = false }: { readonly compressed?: boolean } = {},
): Uint8Array {
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

/** Source: PKWARE's .ZIP File Format Specification 6.3, 4.3.12 and 4.3.16. */
function listEntries(bytes: Uint8Array, file: string): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(view);
  if (end === undefined) throw fileInvalid(file, 'the archive is cut off: its directory is missing');
  const count = view.getUint16(end + 10, true);
  const directory = view.getUint32(end + 16, true);
  if (count > maximumMembers || directory === 0xffffffff)
    throw fileInvalid(file, `it is an archive of more than ${maximumMembers} members or 4 GiB`);
  const entries: Entry[] = [];
  let at = directory;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== 0x02014b50)
      throw fileInvalid(file, `the directory of the archive is damaged at member ${i + 1} of ${count}`);
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    const [checksum, compressed, size] = [16, 20, 24].map((offset) => view.getUint32(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const [nameLength, ...others] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true)) as [
      number,
      number,
      number,
    ];
    const name = text(bytes, at + 46, nameLength);
    if ((flags & 1) !== 0) throw fileInvalid(file, `member "${name}" is encrypted`);
    if (method !== 0 && method !== 8)
      throw fileInvalid(file, `member "${name}" is compressed in an unusual way (method ${method})`);
    const start = view.getUint32(at + 42, true);
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
