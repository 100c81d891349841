import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { describe, expect, it } from '@jest/globals';
import { HostTensor } from '@lamella/program';
import { writeNpy } from './npy.js';
import { readNpz, writeNpz } from './npz.js';

const fixtures = fileURLToPath(new URL('../../../../fixtures/numpy/', import.meta.url));
const labels = new HostTensor(new Uint8Array([5, 0, 4]), [3], 'uint8');
const zeros = HostTensor.zeros([100_000]);

/** The archive with some bytes changed, each found by its offset from where the text stands. */
function patched(
  archive: Uint8Array,
  signature: number[],
  change: (view: DataView, at: number) => void,
): Uint8Array {
  const bytes = archive.slice();
  const at = bytes.findIndex((_, i) => signature.every((byte, k) => bytes[i + k] === byte));
  change(new DataView(bytes.buffer), at);
  return bytes;
}
const directory = [0x50, 0x4b, 1, 2];
const header = [0x50, 0x4b, 3, 4];

describe('readNpz()', () => {
  it.each(['stored.npz', 'deflated.npz'])("reads NumPy's %s", (file) => {
    const arrays = readNpz(readFileSync(`${fixtures}${file}`));
    expect([...arrays.keys()]).toEqual(['x', 'labels']);
    expect(arrays.get('x')!.array()).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9, 10, 11],
    ]);
    expect(arrays.get('labels')).toMatchObject({ dtype: 'uint8', shape: [3] });
  });

  it('reads some of the arrays, and passes over members that are none', () => {
    const archive = zipSync({
      'a.npy': writeNpy(labels),
      'b.npy': writeNpy(zeros),
      'readme.txt': new Uint8Array(3),
    });
    expect([...readNpz(archive).keys()]).toEqual(['a', 'b']);
    expect([...readNpz(archive, { only: ['a'] }).keys()]).toEqual(['a']);
  });

  it('refuses an archive that unfolds to more than the limit, before unfolding it', () => {
    const bomb = writeNpz({ zeros }, { compressed: true });
    expect(bomb.length).toBeLessThan(1000);
    expect(() => readNpz(bomb, { maximumBytes: 100_000 })).toThrow(
      'its 1 members unfold to more than 100000 bytes',
    );
  });

  it('refuses a member that declares more than its bytes can hold', () => {
    const liar = patched(writeNpz({ labels }, { compressed: true }), directory, (view, at) =>
      view.setUint32(at + 24, 1_000_000_000, true),
    );
    expect(() => readNpz(liar)).toThrow(
      /member "labels.npy" declares 1000000000 bytes, which its \d+ cannot unfold to/,
    );
  });

  it('names what it was given in errors: the bytes, or the file that they are of', () => {
    expect(() => readNpz(new Uint8Array(30))).toThrow('[FILE_INVALID] "bytes given to readNpz()"');
    expect(() => readNpz(new Uint8Array(30), { name: 'digits.npz' })).toThrow('[FILE_INVALID] "digits.npz"');
  });

  it('refuses a member that unfolds to more than it declares', () => {
    const liar = patched(writeNpz({ zeros }, { compressed: true }), directory, (view, at) =>
      view.setUint32(at + 24, 1000, true),
    );
    expect(() => readNpz(liar)).toThrow(/FILE_INVALID/);
  });

  it('refuses damage, by its checksum', () => {
    const archive = writeNpz({ labels });
    const at =
      archive.length -
      1 -
      [...archive].reverse().findIndex((byte, i, all) => byte === 5 && all[i - 1] === 0 && all[i - 2] === 4);
    archive[at] = 6;
    expect(() => readNpz(archive)).toThrow('member "labels.npy" is damaged: its checksum differs');
  });

  it('refuses members that overlap, repeat, are encrypted or otherwise compressed', () => {
    const two = zipSync({ 'a.npy': writeNpy(labels), 'b.npy': writeNpy(labels) }, { level: 0 });
    const second = two.findLastIndex((_, i) => directory.every((byte, k) => two[i + k] === byte));
    const overlapping = two.slice();
    new DataView(overlapping.buffer).setUint32(second + 42, 0, true);
    expect(() => readNpz(overlapping)).toThrow('member "b.npy" has two names');
    const repeated = two.slice();
    const header2 = two.findLastIndex((_, i) => header.every((byte, k) => two[i + k] === byte));
    repeated[second + 46] = 'a'.charCodeAt(0);
    repeated[header2 + 30] = 'a'.charCodeAt(0);
    expect(() => readNpz(repeated)).toThrow('member "a.npy" stands twice');
    const one = writeNpz({ labels });
    expect(() => readNpz(patched(one, directory, (view, at) => view.setUint16(at + 8, 1, true)))).toThrow(
      'encrypted',
    );
    expect(() => readNpz(patched(one, directory, (view, at) => view.setUint16(at + 10, 12, true)))).toThrow(
      'method 12',
    );
    expect(() => readNpz(patched(two, header, (view, at) => view.setUint32(at, 0)))).toThrow(
      'no zip archive',
    );
    const lost = patched(one, directory, (view, at) => view.setUint32(at + 42, 1, true));
    expect(() => readNpz(lost)).toThrow('member "labels.npy" is missing');
  });

  it('refuses a pickle inside, unread', () => {
    const archive = zipSync({ 'words.npy': readFileSync(`${fixtures}refused_objects.npy`) });
    expect(() => readNpz(archive, { name: 'imdb.npz' })).toThrow(
      /"imdb.npz\/words.npy": expected numbers or booleans, got an array of Python objects/,
    );
  });

  it('keeps names that JavaScript objects treat specially', () => {
    const arrays = readNpz(
      zipSync({ 'constructor.npy': writeNpy(labels), 'toString.npy': writeNpy(labels) }),
    );
    expect([...arrays.keys()]).toEqual(['constructor', 'toString']);
    expect(
      readNpz(writeNpz(new Map([['__proto__', labels]])))
        .get('__proto__')!
        .array(),
    ).toEqual([5, 0, 4]);
  });
});

describe('writeNpz()', () => {
  it('writes equal files for equal arrays', () => {
    expect(writeNpz({ labels, zeros }, { compressed: true })).toEqual(
      writeNpz(new Map(Object.entries({ labels, zeros })), { compressed: true }),
    );
  });

  it('refuses a name that an archive cannot hold', () => {
    expect(() => writeNpz({ ['x'.repeat(70_000)]: labels })).toThrow(
      '[DATA_INVALID] writeNpz(): expected names of at most 65535 bytes, got 70004.',
    );
  });
});
