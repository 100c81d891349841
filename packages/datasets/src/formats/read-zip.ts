// Reads zip archives from their central directory, member by member. Sizes are checked before anything unfolds: each
// against what deflate can do, all together against a limit; members may not overlap, repeat, or be encrypted.
import { fileInvalid } from '../errors.js';
import { crc32 } from './crc32.js';
import { inflate } from './inflate.js';

export interface ZipMember {
  readonly name: string;
  /** Units: bytes, unpacked. */
  readonly size: number;
  /** Unpacks it. Throws: FILE_INVALID for damage. */
  bytes(): Uint8Array;
}

interface Entry {
  readonly name: string;
  readonly method: number;
  readonly checksum: number;
  readonly packedSize: number;
  readonly size: number;
  readonly header: number;
}

const endSignature = 0x06054b50;
const entrySignature = 0x02014b50;
const headerSignature = 0x04034b50;
const endSize = 22;
const longestComment = 65_535;

/** The members in the archive's order. Throws: FILE_INVALID. */
export function readZip(bytes: Uint8Array, name: string, maximumSize: number): ZipMember[] {
  const subject = `"${name}"`;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = findEnd(bytes, view, subject);
  const count = view.getUint16(end + 10, true);
  const directory = view.getUint32(end + 16, true);
  if (count === 0xffff || directory === 0xffffffff)
    throw fileInvalid(
      subject,
      'it is a zip64 archive of more than 65,534 members or 4 GiB, which is not read',
    );
  const entries = readDirectory(bytes, view, directory, count, end, subject);
  const total = entries.reduce((sum, entry) => sum + entry.size, 0);
  if (total > maximumSize)
    throw fileInvalid(
      subject,
      `expected at most ${maximumSize} bytes after unpacking, got ${total}`,
      'raise maximumSize if you trust the file',
    );
  if (new Set(entries.map((entry) => entry.name)).size < entries.length)
    throw fileInvalid(subject, 'two of its members have the same name');
  return locate(bytes, view, entries, directory, subject);
}

function findEnd(bytes: Uint8Array, view: DataView, subject: string): number {
  const first = Math.max(0, bytes.length - endSize - longestComment);
  for (let at = bytes.length - endSize; at >= first; at--) {
    if (
      view.getUint32(at, true) === endSignature &&
      at + endSize + view.getUint16(at + 20, true) === bytes.length
    )
      return at;
  }
  throw fileInvalid(
    subject,
    'expected a zip archive, found no directory at its end: it is cut off or something else',
  );
}

function readDirectory(
  bytes: Uint8Array,
  view: DataView,
  start: number,
  count: number,
  end: number,
  subject: string,
): Entry[] {
  const entries: Entry[] = [];
  let at = start;
  for (let i = 0; i < count; i++) {
    if (at + 46 > end || view.getUint32(at, true) !== entrySignature)
      throw fileInvalid(subject, `its directory is damaged at member ${i + 1} of ${count}`);
    const nameLength = view.getUint16(at + 28, true);
    const next = at + 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    if (next > end) throw fileInvalid(subject, `its directory is damaged at member ${i + 1} of ${count}`);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    const method = view.getUint16(at + 10, true);
    if (view.getUint16(at + 8, true) & 1) throw fileInvalid(subject, `member "${name}" is encrypted`);
    if (method !== 0 && method !== 8)
      throw fileInvalid(
        subject,
        `member "${name}" is compressed in another way than deflate (method ${method})`,
      );
    const [checksum, packedSize, size] = [16, 20, 24].map((offset) => view.getUint32(at + offset, true)) as [
      number,
      number,
      number,
    ];
    entries.push({ name, method, checksum, packedSize, size, header: view.getUint32(at + 42, true) });
    at = next;
  }
  return entries;
}

function locate(
  bytes: Uint8Array,
  view: DataView,
  entries: readonly Entry[],
  directory: number,
  subject: string,
): ZipMember[] {
  const spans = entries.map((entry) => {
    const { header } = entry;
    if (header + 30 > directory || view.getUint32(header, true) !== headerSignature)
      throw fileInvalid(subject, `member "${entry.name}" is not where the directory says`);
    const start = header + 30 + view.getUint16(header + 26, true) + view.getUint16(header + 28, true);
    if (start + entry.packedSize > directory)
      throw fileInvalid(subject, `member "${entry.name}" reaches into the directory`);
    if (entry.method === 0 && entry.packedSize !== entry.size)
      throw fileInvalid(subject, `member "${entry.name}" is stored, but has two sizes`);
    return { header, start, end: start + entry.packedSize };
  });
  const ordered = [...spans].sort((a, b) => a.header - b.header);
  if (ordered.some((span, i) => i > 0 && ordered[i - 1]!.end > span.header))
    throw fileInvalid(subject, 'its members overlap');
  return entries.map((entry, i) => ({
    name: entry.name,
    size: entry.size,
    bytes: () =>
      unpack(bytes.subarray(spans[i]!.start, spans[i]!.end), entry, `${subject}, member "${entry.name}"`),
  }));
}

function unpack(packed: Uint8Array, entry: Entry, subject: string): Uint8Array {
  if (entry.method === 8) return inflate(packed, entry.size, entry.checksum, subject);
  if (crc32(packed) !== entry.checksum)
    throw fileInvalid(subject, 'its checksum does not match: the file is damaged');
  return packed;
}
