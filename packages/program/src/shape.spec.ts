import { describe, expect, it } from '@jest/globals';
import { broadcastable, fitsShape, formatShape, isConcrete, sameShape, sizeOf } from './shape.js';

describe('shapes', () => {
  it('have as many elements as the product of their sizes', () => {
    expect([[], [3], [2, 3], [2, 0]].map(sizeOf)).toEqual([1, 3, 6, 0]);
  });

  it('are the same dimension by dimension', () => {
    expect(sameShape([2, null], [2, null])).toBe(true);
    expect(sameShape([2, null], [2, 3])).toBe(false);
    expect(sameShape([2], [2, 1])).toBe(false);
    expect(sameShape([], [])).toBe(true);
  });

  it('fit where null takes any size', () => {
    expect(fitsShape([32, 784], [null, 784])).toBe(true);
    expect(fitsShape([32, 768], [null, 784])).toBe(false);
    expect(fitsShape([784], [null, 784])).toBe(false);
  });

  it('are concrete where every size is known', () => {
    expect(isConcrete([1, 2])).toBe(true);
    expect(isConcrete([null, 2])).toBe(false);
  });

  it('are shown in brackets', () => {
    expect([formatShape([]), formatShape([null, 784])]).toEqual(['[]', '[null, 784]']);
  });

  it('broadcast from the last dimension on', () => {
    expect(broadcastable([2, 3], [3])).toBe(true);
    expect(broadcastable([2, 1], [4, 1, 3])).toBe(true);
    expect(broadcastable([], [5])).toBe(true);
    expect(broadcastable([2, 3], [2])).toBe(false);
    expect(broadcastable([0, 3], [2, 3])).toBe(false);
  });
});
