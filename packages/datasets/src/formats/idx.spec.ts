import { gzipSync } from 'fflate';
import { describe, expect, it } from '@jest/globals';
import { HostTensor } from '@lamella/program';
import { readIdx, writeIdx } from './idx.js';

const labels = [0, 0, 8, 1, 0, 0, 0, 3, 5, 0, 4];
const read = (...bytes: number[]) => readIdx(Uint8Array.from(bytes));

describe('readIdx()', () => {
  it('reads bytes, and words with the high byte first', () => {
    expect(read(...labels)).toMatchObject({ dtype: 'uint8', shape: [3] });
    expect(read(0, 0, 0x0b, 1, 0, 0, 0, 2, 1, 0, 255, 255).array()).toEqual([256, -1]);
    expect(read(0, 0, 0x0c, 1, 0, 0, 0, 1, 0, 0, 1, 2).array()).toEqual([258]);
    expect(read(0, 0, 0x0d, 0, 0x3f, 0x80, 0, 0).array()).toBe(1);
    expect(read(0, 0, 0x0e, 0, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0).array()).toBe(1);
    expect(read(0, 0, 9, 2, 0, 0, 0, 1, 0, 0, 0, 2, 255, 1).array()).toEqual([[-1, 1]]);
  });

  it('reads a gzip file too, up to a limit', () => {
    const packed = gzipSync(Uint8Array.from(labels));
    expect(readIdx(packed).array()).toEqual([5, 0, 4]);
    expect(() => readIdx(packed, { maximumBytes: 10 })).toThrow(
      'it has 11 unpacked bytes, and 10 are to be read at most',
    );
    expect(() => readIdx(packed.subarray(0, packed.length - 4))).toThrow(/FILE_INVALID/);
    packed[12]! ^= 1;
    expect(() => readIdx(packed)).toThrow(/FILE_INVALID/);
  });

  it.each([
    ['nothing', [], 'expected an IDX file, got 0 bytes'],
    ['another magic number', [1, 2, 8, 1], 'which begins with 00 00, got 01 02'],
    ['an unknown type', [0, 0, 7, 1, 0, 0, 0, 0], 'expected an IDX element type (08 to 0e), got 07'],
    [
      'a header that ends early',
      [0, 0, 8, 3, 0, 0, 0, 1],
      'expected 3 sizes in its header, but it ends after 8',
    ],
    [
      'data that ends early',
      labels.slice(0, -1),
      'expected 3 bytes of data for shape [3], got 2: it is cut off',
    ],
    ['data after the end', [...labels, 1], 'got 4: there are more bytes than its shape needs'],
    [
      'sizes that overflow',
      [0, 0, 8, 2, 255, 255, 255, 255, 255, 255, 255, 255],
      'expected dimensions from 0 to',
    ],
  ])('refuses %s', (_, bytes, problem) => {
    expect(() => readIdx(Uint8Array.from(bytes), { name: 'digits' })).toThrow(
      expect.objectContaining({ code: 'FILE_INVALID', message: expect.stringContaining(problem) }),
    );
  });
});

describe('writeIdx()', () => {
  it('writes the high byte first', () => {
    expect([...writeIdx(new HostTensor(new Int16Array([256, -1]), [2], 'int16'))]).toEqual([
      ...[0, 0, 0x0b, 1, 0, 0, 0, 2, 1, 0, 255, 255],
    ]);
  });

  it('refuses what IDX does not know', () => {
    expect(() => writeIdx(HostTensor.zeros([1], 'uint16'))).toThrow(
      '[DATA_INVALID] writeIdx(): IDX files hold no uint16',
    );
  });
});
