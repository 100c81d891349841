import { describe, expect, it } from '@jest/globals';
import { HostTensor } from './host-tensor.js';
import { nestedShape, type NestedArray } from './nested-array.js';

describe('nestedShape', () => {
  it('is how long the first list of each level is', () =>
    expect(nestedShape([[[1], [2]], [3]], 'Data')).toEqual([2, 2, 1]));

  it('refuses a list that contains itself', () => {
    const list: unknown[] = [];
    list.push(list);
    expect(() => nestedShape(list, 'Data')).toThrow(
      '[SHAPE_MISMATCH] Data: expected a tensor, got lists that are nested',
    );
    expect(() => HostTensor.fromArray(list as NestedArray)).toThrow('[SHAPE_MISMATCH]');
  });

  it('refuses lists that stand in so many places that nobody could count their values', () => {
    let list: NestedArray = [1];
    for (let level = 0; level < 40; level++) list = [list, list];
    expect(() => HostTensor.fromArray(list)).toThrow('got lists of more than 4294967295 values');
  });
});
