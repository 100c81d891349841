import { describe, expect, it } from '@jest/globals';
import { HostTensor } from '@lamella/program';
import { toCategorical } from './to-categorical.js';

describe('toCategorical()', () => {
  it('makes one-hot rows of labels, as many classes as the largest label asks for', () => {
    const rows = toCategorical([2, 0]);
    expect(rows).toMatchObject({ dtype: 'float32', shape: [2, 3] });
    expect(rows.array()).toEqual([
      [0, 0, 1],
      [1, 0, 0],
    ]);
    expect(toCategorical(new Uint8Array([1]), 2).array()).toEqual([[0, 1]]);
  });

  it('keeps dimensions and drops a last one of size 1, as Keras does', () => {
    expect(toCategorical([[1], [0]], 2).shape).toEqual([2, 2]);
    expect(toCategorical([[1, 0]], 2).shape).toEqual([1, 2, 2]);
    expect(toCategorical([1], 2).shape).toEqual([1, 2]);
    expect(toCategorical(1, 2).array()).toEqual([0, 1]);
    expect(toCategorical(HostTensor.zeros([2, 3, 1], 'uint8')).shape).toEqual([2, 3, 1]);
    expect(toCategorical([], 4).shape).toEqual([0, 4]);
  });

  it('takes labels that are whole numbers in another dtype', () => {
    expect(toCategorical(new HostTensor(new Float32Array([1, 0]), [2])).array()).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it.each([
    [
      [0, 3],
      3,
      '[LABEL_OUT_OF_RANGE] toCategorical(): expected labels from 0 to 2 for 3 classes, got 3 at position 1.\nFix: pass 4 classes or more',
    ],
    [
      [-1],
      3,
      '[LABEL_OUT_OF_RANGE] toCategorical(): expected natural numbers as labels, got -1 at position 0',
    ],
    [[0.5], undefined, 'got 0.5 at position 0'],
    [[NaN], 2, 'got NaN at position 0'],
    [[1], -1, '[OPTION_INVALID] toCategorical(): classes: expected a natural number, got -1'],
    [[1], 2.5, '[OPTION_INVALID]'],
    [[1e12], undefined, '[OPTION_INVALID]'],
    [[], undefined, '[DATA_INVALID] toCategorical(): there are no labels to count the classes by'],
    [[[1, 2], [3]], 4, '[DATA_INVALID] toCategorical(): expected a list of 2, got one of 1'],
    [['1'] as never, 4, '[DATA_INVALID] toCategorical(): expected a number at position 0, got string'],
    [
      Array.from({ length: 65 }).reduce<unknown[]>((inner) => [inner], []) as never,
      4,
      '[SHAPE_MISMATCH] toCategorical(): expected a tensor, got lists that are nested more than 64 levels deep',
    ],
  ])('refuses %j with %j classes', (labels, classes, message) => {
    expect(() => toCategorical(labels, classes)).toThrow(message);
  });
});
