// What archives may not do. That readers of .keras and .npz refuse it too is in the specs of their packages.
import { deflateSync, gzipSync, zipSync } from 'fflate';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { isLamellaError } from '@lamella/program';
import { crc32 } from './crc32.js';
import { gunzip } from './inflate.js';
import { readZip, unzip, writeZip } from './zip.js';

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const zeros = new Uint8Array(100_000);
const directory = [0x50, 0x4b, 1, 2];

/** The archive with the field at `offset` of its first directory entry changed. */
function listed(archive: Uint8Array, offset: number, value: number, size: 2 | 4 = 4): Uint8Array {
  const bytes = archive.slice();
  const at = bytes.findIndex((_, i) => directory.every((byte, k) => bytes[i + k] === byte));
  const view = new DataView(bytes.buffer);
  if (size === 4) view.setUint32(at + offset, value, true);
  else view.setUint16(at + offset, value, true);
  return bytes;
}

/** An archive whose second member begins inside the first one. */
function overlapping(): Uint8Array {
  const inner = zipSync({ b: zeros }, { level: 0 });
  const header = inner.subarray(0, 31);
  const outer = zipSync({ a: inner, b: zeros }, { level: 0 });
  const first = outer.findIndex((_, i) => i > 0 && header.every((byte, k) => outer[i + k] === byte));
  const bytes = outer.slice();
  const second = bytes.findLastIndex((_, i) => directory.every((byte, k) => bytes[i + k] === byte));
  new DataView(bytes.buffer).setUint32(second + 42, first, true);
  return bytes;
}

/** The archive of one member as it is written where 32 bits do not hold its numbers; `size` is what it says its member has. */
function wide(archive: Uint8Array, size: number): Uint8Array {
  const view = new DataView(archive.buffer, archive.byteOffset);
  const end = archive.length - 22;
  const at = view.getUint32(end + 16, true);
  const entry = listed(archive, 24, 0xffffffff).slice(at, end);
  const fields = new DataView(entry.buffer);
  [20, 42].forEach((offset) => fields.setUint32(offset, 0xffffffff, true));
  fields.setUint16(30, 24 + 8, true);
  // Another field comes before it.
  const extra = new DataView(new ArrayBuffer(32));
  [0x5455, 0, 1, 24].forEach((value, i) => extra.setUint16(2 * i, value, true));
  [size, view.getUint32(18, true), 0].forEach((value, i) =>
    extra.setBigUint64(8 + 8 * i, BigInt(value), true),
  );
  const ends = new DataView(new ArrayBuffer(56 + 20 + 22));
  const placeOfEnd = at + entry.length + 32;
  ends.setUint32(0, 0x06064b50, true);
  [1, 1, entry.length + 32, at].forEach((value, i) => ends.setBigUint64(24 + 8 * i, BigInt(value), true));
  ends.setUint32(56, 0x07064b50, true);
  ends.setBigUint64(64, BigInt(placeOfEnd), true);
  const last = archive.slice(end);
  new DataView(last.buffer).setUint32(16, 0xffffffff, true);
  new Uint8Array(ends.buffer).set(last, 76);
  return Uint8Array.from([
    ...archive.subarray(0, at),
    ...entry,
    ...new Uint8Array(extra.buffer),
    ...new Uint8Array(ends.buffer),
  ]);
}

describe('crc32()', () => {
  it('is that of the standard', () => {
    expect(crc32(text('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });
});

describe('writeZip() and unzip()', () => {
  it.each([false, true])(
    'give back what went in (compressed: %s), names of objects included',
    (compressed) => {
      const members = { 'a.txt': text('hello'), ['constructor']: zeros, 'deep/empty': new Uint8Array(0) };
      const archive = writeZip(members, { compressed });
      expect(Object.fromEntries(unzip(archive, 'x.zip'))).toEqual(members);
      expect(archive.length < zeros.length).toBe(compressed);
      expect(writeZip(members, { compressed })).toEqual(archive);
    },
  );
});

describe('readZip()', () => {
  it('takes numbers of 64 bits, as archives of more than 4 GiB have them', () => {
    const archive = writeZip({ a: text('hello') });
    expect(Object.fromEntries(unzip(wide(archive, 5), 'x.zip'))).toEqual({ a: text('hello') });
    expect(() => unzip(wide(archive, 2 ** 40), 'x.zip')).toThrow('member "a" is not as large as it says');
  });

  const bomb = writeZip({ zeros }, { compressed: true });

  it.each<[string, Uint8Array, RegExp]>([
    ['unfolds to more than it declares', listed(bomb, 24, 1000), /member "zeros" is not as large as it says/],
    [
      'unfolds to less than it declares',
      listed(bomb, 24, 100_001),
      /member "zeros" is not as large as it says/,
    ],
    [
      'declares more than deflate can do',
      listed(bomb, 24, 20_000_000),
      /declares 20000000 bytes, which its \d+ cannot/,
    ],
    ['has another checksum', listed(bomb, 16, 1), /member "zeros" is damaged: its checksum differs/],
    ['is encrypted', listed(bomb, 8, 1, 2), /member "zeros" is encrypted/],
    ['is compressed otherwise', listed(bomb, 10, 12, 2), /unusual way \(method 12\)/],
    ['stands elsewhere', listed(bomb, 42, 1), /member "zeros" is missing/],
    ['leaves the archive', zipSync({ '../x': zeros }), /"\.\.\/x" points outside/],
    ['lies over another', overlapping(), /member "[ab]" lies over another/],
  ])('refuses a member that %s', (_, bytes, message) => {
    expect(() => unzip(bytes, 'x.zip')).toThrow(message);
  });

  it('refuses more than is allowed before it unfolds anything', () => {
    expect(() => readZip(bomb, 'x.zip', 99_999)).toThrow(
      '[FILE_INVALID] "x.zip": its 1 members unfold to more than 99999 bytes.',
    );
    expect(readZip(bomb, 'x.zip', 100_000).map(({ name }) => name)).toEqual(['zeros']);
  });

  it('gives members or a coded error, whatever the bytes', () => {
    const archive = writeZip({ 'a.txt': text('hello'), b: text('world') }, { compressed: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (changes) => {
          const bytes = archive.slice();
          for (const [at, value] of changes) bytes[at] = value;
          try {
            unzip(bytes, 'x.zip');
          } catch (error) {
            expect(isLamellaError(error, 'FILE_INVALID')).toBe(true);
          }
        },
      ),
      { numRuns: 500, seed: 7 },
    );
  });
});

describe('gunzip()', () => {
  const packed = gzipSync(zeros);

  it('gives the content', () => {
    expect(gunzip(packed, 'x.gz', 100_000)).toEqual(zeros);
  });

  it.each<[string, Uint8Array, RegExp]>([
    [
      'is larger than allowed',
      gzipSync(new Uint8Array(100_001)),
      /has 100001 unpacked bytes, and 100000 are/,
    ],
    ['is no gzip file', deflateSync(zeros), /expected a gzip file/],
    ['is cut off', Uint8Array.from([...packed.subarray(0, 100), ...packed.subarray(-8)]), /FILE_INVALID/],
  ])('refuses one that %s', (_, bytes, message) => {
    expect(() => gunzip(bytes, 'x.gz', 100_000)).toThrow(message);
  });
});
