import { describe, expect, it } from '@jest/globals';
import {
  describeStructure,
  flatten,
  isRecord,
  mapTree,
  sameStructure,
  structureDifferences,
  structureOf,
  unflatten,
  type MapTree,
  type Tree,
} from './tree.js';

const nested = { query: [1, 2], key: { b: 3, a: 4 }, empty: [] };

describe('a tree', () => {
  it('gives its leaves: lists as they stand, records by their sorted keys', () => {
    expect(flatten<number>(nested)).toEqual([4, 3, 1, 2]);
    expect(flatten(7)).toEqual([7]);
    expect(flatten([])).toEqual([]);
  });

  it('is rebuilt from its structure and leaves', () => {
    const structure = structureOf(nested);
    expect(structure).toEqual({ empty: [], key: { a: '*', b: '*' }, query: ['*', '*'] });
    expect(unflatten(structure, flatten<number>(nested))).toEqual(nested);
    expect(unflatten('*', [5])).toBe(5);
    expect(() => unflatten(structure, [1, 2])).toThrow(
      '[TREE_INVALID] unflatten(): expected 4 leaves for { empty: [], key: { a: *, b: * }, query: [*, *] }, got 2.',
    );
  });

  it('is mapped in its lists and records, told where each leaf is', () => {
    expect(mapTree<number, string>(nested, (leaf, path) => `${path}=${leaf}`)).toEqual({
      empty: [],
      key: { a: '.key.a=4', b: '.key.b=3' },
      query: ['.query[0]=1', '.query[1]=2'],
    });
  });

  it('takes for leaves what the caller says, and what is no list and no plain record', () => {
    const isShape = (value: unknown): boolean => Array.isArray(value) && value.every(Number.isInteger);
    expect(
      flatten<readonly number[]>(
        {
          b: [1, 2],
          a: [
            [3, 4],
            [5, 6],
          ],
        },
        isShape,
      ),
    ).toEqual([
      [3, 4],
      [5, 6],
      [1, 2],
    ]);
    const other = new Map();
    expect(flatten<unknown>([other, null])).toEqual([other, null]);
  });

  it('differs from another where lists differ in length, records in keys, or one is a leaf', () => {
    expect(sameStructure(structureOf({ a: 1, b: [2] }), structureOf({ b: [3], a: 4 }))).toBe(true);
    for (const [a, b] of [
      [1, [1]],
      [[1], [1, 2]],
      [{ a: 1 }, { b: 1 }],
      [{ a: 1 }, { a: 1, b: 1 }],
      [[1], { 0: 1 }],
      [{ a: 1 }, { toString: 1 }],
    ] as Tree<number>[][])
      expect(sameStructure(structureOf(a!), structureOf(b!))).toBe(false);
  });

  it('says how another one differs', () => {
    const differences = (expected: Tree<number>, given: Tree<number>): string[] =>
      structureDifferences(structureOf(expected), structureOf(given));
    expect(differences({ a: 1, b: [1, 2], c: { d: 1 } }, { b: [1], c: { d: [1] }, e: 1 })).toEqual([
      '"a" is missing',
      'expected a list of 2 at .b, got one of 1',
      'expected one value at .c.d, got a list of 1',
      '"e" is not expected',
    ]);
    expect(differences([{ a: 1 }], [{}])).toEqual(['"a" is missing at [0]']);
    expect(differences(1, { a: 1 })).toEqual(['expected one value, got a record']);
    expect(differences({ a: [1] }, { a: [2] })).toEqual([]);
  });

  it('is described in one line', () => {
    expect(describeStructure(structureOf({ classes: 1, boxes: [1, { x: 1 }], none: {} }))).toBe(
      '{ boxes: [*, { x: * }], classes: *, none: {} }',
    );
  });

  it('may be nested 64 levels deep, not more, and not contain itself', () => {
    const deep = (levels: number): Tree<number> =>
      Array.from({ length: levels }).reduce<Tree<number>>((inner) => [inner], 1);
    expect(flatten(deep(64))).toEqual([1]);
    expect(() => flatten(deep(65))).toThrow('[TREE_INVALID] Tree at [0][0]');
    const loop: Tree<number>[] = [];
    loop.push(loop, loop);
    expect(() => flatten(loop)).toThrow('[TREE_INVALID]');
  });

  it('may have keys that objects have by nature', () => {
    const hostile = JSON.parse('{ "__proto__": 1, "constructor": 2 }') as Tree<number>;
    const doubled = mapTree(hostile, (leaf) => 2 * leaf);
    expect(Object.keys(doubled)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(doubled)).toBe(Object.prototype);
    expect(flatten(doubled)).toEqual([2, 4]);
  });

  it('knows plain records from instances', () => {
    expect(isRecord({})).toBe(true);
    expect(isRecord(Object.create(null))).toBe(true);
    for (const value of [[], null, new Map(), new Date(), 'text']) expect(isRecord(value)).toBe(false);
  });

  it('is typed: tuples and records are kept when leaves are mapped', () => {
    type Given = { readonly cls: Date; readonly reg: readonly [Date, Date] };
    const mapped: MapTree<Given, Date, number> = { cls: 1, reg: [2, 3] };
    const open: MapTree<Tree<Date>, Date, number> = [1, { a: 2 }];
    // @ts-expect-error A tuple of two stays one of two.
    const wrong: MapTree<Given, Date, number> = { cls: 1, reg: [2] };
    expect([mapped, open, wrong]).toHaveLength(3);
  });
});
