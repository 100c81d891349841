import { describe, expect, it } from '@jest/globals';
import { assertSame } from './assertions.js';

describe('assertSame', () => {
  it('shows what differs: records as JSON, classes and objects of classes by their names', () => {
    class Mine {
      readonly own = 1;
    }
    const failing = (actual: unknown, expected: unknown) => () => assertSame(actual, expected, 'it');
    expect(failing({ a: 1 }, undefined)).toThrow('it: expected undefined, got {"a":1}');
    expect(failing([1, 2], { b: null })).toThrow('it: expected {"b":null}, got [1,2]');
    expect(failing(new Mine(), Mine)).toThrow('it: expected Mine, got a Mine');
  });
});
