import { describe, expect, it } from '@jest/globals';
import { checkArguments } from './check-arguments.js';

const check = (given: unknown): unknown => checkArguments('Lambda "l"', given);

describe('the arguments of a Lambda', () => {
  it('are plain JSON, NaN and infinities among the numbers', () => {
    const given = { a: 1, b: 'text', c: true, d: null, e: [1, [2, { f: NaN }]], g: { h: -Infinity } };
    expect(check(given)).toEqual(given);
  });

  it('are a copy, frozen all the way down', () => {
    const given = { list: [1, { deep: 2 }] };
    const checked = check(given) as typeof given;
    given.list[0] = 99;
    expect(checked).toEqual({ list: [1, { deep: 2 }] });
    expect(() => checked.list.push(3)).toThrow(TypeError);
    expect(() => ((checked.list[1] as { deep: number }).deep = 3)).toThrow(TypeError);
    expect(() => ((checked as Record<string, unknown>).more = 1)).toThrow(TypeError);
  });

  it('may have no prototype, or that of another realm', () => {
    const bare = Object.assign(Object.create(null) as object, { a: 1 });
    expect(check(bare)).toEqual({ a: 1 });
  });

  it.each(['__proto__', 'constructor', 'prototype'])('may not be named %s, at any depth', (key) => {
    const hostile = JSON.parse(`{"a": [{"${key}": {"polluted": true}}]}`) as unknown;
    expect(() => check(hostile)).toThrow(
      `[ARGUMENTS_INVALID] Lambda "l": argument arguments.a[0].${key}: this name is not allowed`,
    );
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['undefined', { a: undefined }, 'argument arguments.a: expected plain JSON, got undefined'],
    ['a hole in a list', { a: [, 1] }, 'argument arguments.a[0]: expected plain JSON, got undefined'],
    ['a function', { a: { b: () => 1 } }, 'argument arguments.a.b: expected plain JSON, got function'],
    ['a big integer', { a: 1n }, 'got bigint'],
    ['a symbol', { a: Symbol('s') }, 'got symbol'],
    ['a date', { a: new Date(0) }, 'got Date'],
    ['a map', { a: new Map() }, 'got Map'],
    ['a typed array', { a: new Float32Array(1) }, 'got Float32Array'],
    [
      'an object of a class',
      {
        a: new (class Point {
          x = 1;
        })(),
      },
      'got Point',
    ],
    ['an object of an object', { a: Object.create({}) as object }, 'got Object'],
    [
      'an object without a constructor',
      { a: Object.create(Object.create(null) as object) as object },
      'got an object',
    ],
    ['a list in place of a record', [1], 'expected a record of arguments by name'],
    ['nothing in place of a record', null, 'expected a record of arguments by name'],
  ])('may not hold %s', (_, given, message) => {
    expect(() => check(given)).toThrow(message);
    expect(() => check(given)).toThrow('[ARGUMENTS_INVALID] Lambda "l"');
  });

  it('may not go round in a circle', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(() => check(circle)).toThrow(/ARGUMENTS_INVALID.*nested more than 32 deep/);
  });
});
