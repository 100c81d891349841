import { describe, expect, it } from '@jest/globals';
import { ngramsOf } from './text-steps.js';

describe('ngramsOf', () => {
  const tokens = ['a', 'b', 'c'];

  it('gives those of each width, or of all up to a number', () => {
    expect(ngramsOf(tokens, [2, 3])).toEqual(['a b', 'b c', 'a b c']);
    expect(ngramsOf(tokens, 2)).toEqual(['a', 'b', 'c', 'a b', 'b c']);
  });

  it('looks for none that are longer than the text', () => {
    const all = ['a', 'b', 'c', 'a b', 'b c', 'a b c'];
    expect(ngramsOf(tokens, 2 ** 53 - 1)).toEqual(all);
    expect(ngramsOf(tokens, [4, 2 ** 31])).toEqual([]);
    expect(ngramsOf([], 2 ** 31)).toEqual([]);
  });
});
