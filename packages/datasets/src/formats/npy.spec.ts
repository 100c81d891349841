import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { HostTensor } from '@lamella/program';
import { readNpy, writeNpy } from './npy.js';

const fixtures = fileURLToPath(new URL('../../../../fixtures/numpy/', import.meta.url));
const expected: Record<string, { dtype: string; shape: number[]; data: number[] }> = JSON.parse(
  readFileSync(`${fixtures}arrays.json`, 'utf8'),
);
const bytesOf = (name: string): Uint8Array => readFileSync(`${fixtures}${name}.npy`);
const refused = readdirSync(fixtures).flatMap((file) => /^(refused_.*)\.npy$/.exec(file)?.[1] ?? []);

/** A file with this header and these bytes of data. */
function npy(header: string, data: number[] = [], version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  return Uint8Array.from([
    ...[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0],
    ...(version === 1
      ? [text.length & 255, text.length >> 8]
      : [text.length & 255, text.length >> 8, text.length >> 16, text.length >> 24]),
    ...text,
    ...data,
  ]);
}

describe('readNpy()', () => {
  it.each(Object.keys(expected))("reads NumPy's %s", (name) => {
    const { dtype, shape, data } = expected[name]!;
    const tensor = readNpy(bytesOf(name));
    expect(tensor.dtype).toBe(dtype);
    expect(tensor.shape).toEqual(shape);
    expect([tensor.array()].flat(3)).toEqual(
      data.map((value) => (dtype === 'float32' ? Math.fround(value) : value)),
    );
  });

  it.each(refused)("refuses NumPy's %s", (name) => {
    expect(() => readNpy(bytesOf(name))).toThrow(/^\[FILE_INVALID\] "bytes given to readNpy\(\)": /);
  });

  it('names the file, the type and the remedy when it refuses a pickle', () => {
    expect(() => readNpy(bytesOf('refused_objects'), { name: 'labels.npy' })).toThrow(
      '[FILE_INVALID] "labels.npy": expected numbers or booleans, got an array of Python objects (a pickle), which is not read.\nFix: convert it with astype before saving it.',
    );
  });

  it('says which value does not fit', () => {
    expect(() => readNpy(bytesOf('refused_wide_u8'))).toThrow(
      'expected values below 2 ** 63 (uint64 becomes int64), got 9223372036854775808 at position 0',
    );
    expect(() => readNpy(npy("{'descr': '|b1', 'fortran_order': False, 'shape': (2,)}", [1, 2]))).toThrow(
      'expected values 0 or 1 (bool becomes bool), got 2 at position 1',
    );
  });

  it('does not allocate what a file only declares', () => {
    const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2147483647, 2147483647, 2147483647)}";
    expect(() => readNpy(npy(header))).toThrow(/got 0: it is cut off or its shape is wrong/);
  });

  it.each([
    ['a key twice', "{'descr': '<f4', 'descr': '<f4', 'shape': (0,)}"],
    ['a key too many', "{'descr': '<f4', 'fortran_order': False, 'shape': (0,), 'x': True}"],
    ['a negative size', "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}"],
    ['a size that is an expression', "{'descr': '<f4', 'fortran_order': False, 'shape': (1+1,)}"],
    ['code', "__import__('os').system('true')"],
    ['text after the dictionary', "{'descr': '<f4', 'fortran_order': False, 'shape': (0,)} 1"],
    ['an unfinished tuple', "{'descr': '<f4', 'fortran_order': False, 'shape': (0,}"],
    ['a missing comma', "{'descr': '<f4' 'fortran_order': False, 'shape': (0,)}"],
    [
      'a size beyond all integers',
      `{'descr': '<f4', 'fortran_order': False, 'shape': (${'9'.repeat(400)},)}`,
    ],
  ])('refuses a header with %s', (_, header) => {
    expect(() => readNpy(npy(header))).toThrow(/^\[FILE_INVALID\]/);
  });

  it('reads a header in the way of Python 2', () => {
    const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2L,), }  \n";
    expect(readNpy(npy(header, [7, 8])).array()).toEqual([7, 8]);
  });

  it('reads the largest header at once, whatever stands in it', () => {
    const start = process.cpuUsage();
    for (const filler of [' ', "'descr': ", ',', '(', "'"]) {
      const header = `{'descr': '<f4',${filler.repeat(Math.floor(65_000 / filler.length))}`;
      expect(() => readNpy(npy(header, [], 2))).toThrow(/^\[FILE_INVALID\]/);
    }
    // Backtracking would take minutes. Units: microseconds of the processor, which a busy machine does not stretch.
    expect(process.cpuUsage(start).user).toBeLessThan(10e6);
  });
});

describe('writeNpy()', () => {
  it('writes what NumPy writes, byte for byte', () => {
    const tensor = new HostTensor(new Float32Array([1, 2, 3]), [3]);
    expect(writeNpy(tensor)).toEqual(Uint8Array.from(bytesOf('vector')));
    expect(writeNpy(new HostTensor(new Int32Array([7]), [], 'int32'))).toEqual(
      Uint8Array.from(bytesOf('scalar')),
    );
  });

  it('refuses what NumPy has no dtype for', () => {
    const words = HostTensor.fromArray(['a', 'b']);
    expect(() => writeNpy(words)).toThrow('[DATA_INVALID] writeNpy(): NumPy has no string');
    expect(() => writeNpy(HostTensor.zeros([2], 'bfloat16'))).toThrow('NumPy has no bfloat16');
  });

  it('writes the part of a larger array that a view shows', () => {
    const rows = new Int16Array([1, 2, 3, 4]).subarray(1, 3);
    expect(readNpy(writeNpy(new HostTensor(rows, [2], 'int16'))).array()).toEqual([2, 3]);
  });
});
