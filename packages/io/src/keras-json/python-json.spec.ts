import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  asRead,
  isPythonFloat,
  PythonFloat,
  readPythonJson,
  writePythonJson,
  type Json,
} from './python-json.js';

const read = (text: string): Json => readPythonJson(text, 'x.keras');

describe('readPythonJson', () => {
  it('reads what JSON has, and what only Python writes', () => {
    const text =
      '{"a": [1, -2.5e3, "é\\u00e9\\n\\"", true, false, null], "b": [NaN, Infinity, -Infinity], "c": {}, "d": []}';
    const { a, b } = read(text) as { a: Json; b: number[] };
    expect(a).toEqual([1, -2500, 'éé\n"', true, false, null]);
    expect(b).toEqual([NaN, Infinity, -Infinity]);
  });

  it('tells floats from integers, whole ones too', () => {
    const list = read('[1, 1.0, 1e2, 0.5, NaN]');
    expect([0, 1, 2, 3, 4].map((i) => isPythonFloat(list, i))).toEqual([false, true, true, true, true]);
    expect(writePythonJson(asRead({ list } as unknown as Json, 'list'))).toBe('[1, 1.0, 100.0, 0.5, NaN]');
  });

  it.each([
    ['', 'expected a value'],
    ['{', 'expected a string'],
    ['[1,]', 'expected a value'],
    ['[1 2]', 'expected "," or "]"'],
    ['{"a" 1}', 'expected ":"'],
    ['{"a": 1,}', 'expected a string'],
    ['{"a": 1 "b": 2}', 'expected "," or "}"'],
    ['"\\x"', 'a bad escape in a string'],
    ['"a\nb"', 'expected a string'],
    ['01', 'something follows'],
    ['-', 'expected a value'],
    ['-true', 'expected a value'],
    ['1 2', 'something follows the value'],
    ['nul', 'expected a value'],
    ['{"a": 1, "a": 2}', 'the key "a" stands twice'],
    ['{"__proto__": {}}', 'the key "__proto__" is not allowed'],
    ['['.repeat(1200), 'nested more than 1000 deep'],
  ])('refuses %j', (text, problem) => {
    expect(() => read(text)).toThrow('[FILE_INVALID] "x.keras": malformed JSON at character ');
    expect(() => read(text)).toThrow(problem);
  });

  it('reads a long string without running out of stack', () => {
    const long = 'x\\n'.repeat(500_000);
    expect((read(`"${long}"`) as string).length).toBe(1_000_000);
  });
});

describe('writePythonJson', () => {
  it('writes as json.dumps does', () => {
    const value = {
      a: [1, new PythonFloat(1), 0.001, NaN, -Infinity, -0],
      é: 'ü\u2028\ud83d\ude00',
      none: undefined,
      nothing: null,
    };
    expect(writePythonJson(value)).toBe(
      '{"a": [1, 1.0, 0.001, NaN, -Infinity, -0.0], "\\u00e9": "\\u00fc\\u2028\\ud83d\\ude00", "nothing": null}',
    );
  });

  it('is read again as what it was', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        fc.pre(!/"(__proto__|constructor|prototype)":/.test(JSON.stringify(value)));
        expect(JSON.parse(JSON.stringify(read(writePythonJson(value as Json))))).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
      }),
      { seed: 10 },
    );
  });
});
