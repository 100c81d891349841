import { describe, expect, it } from '@jest/globals';
import { fillBlocks, threefry, type WordPair } from './threefry.js';

const hex = (pair: WordPair): string[] => pair.map((word) => (word >>> 0).toString(16).padStart(8, '0'));

describe('threefry', () => {
  it('gives the published answers for 20 rounds', () => {
    expect(hex(threefry([0, 0], [0, 0]))).toEqual(['6b200159', '99ba4efe']);
    expect(hex(threefry([-1, -1], [-1, -1]))).toEqual(['1cb996fc', 'bb002be7']);
    expect(hex(threefry([0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3]))).toEqual([
      'c4923a9c',
      '483df7a0',
    ]);
  });

  it('fills consecutive blocks, and the first word of the last one where the length is odd', () => {
    const words = new Int32Array(5);
    fillBlocks([7, 9], 3, 11, words);
    const expected = [
      ...threefry([7, 9], [3, 11]),
      ...threefry([7, 9], [4, 11]),
      threefry([7, 9], [5, 11])[0],
    ];
    expect([...words]).toEqual(expected);
  });

  it('counts blocks on past 2^32 as the words do', () => {
    const words = new Int32Array(4);
    fillBlocks([7, 9], 0xffffffff, 0, words);
    expect([...words]).toEqual([...threefry([7, 9], [-1, 0]), ...threefry([7, 9], [0, 0])]);
  });
});
