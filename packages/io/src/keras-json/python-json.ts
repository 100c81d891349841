// JSON as Python writes and reads it: NaN and infinities as bare words, and floats told from integers.
// Values read are plain data without prototypes' keys; nothing is evaluated.
import { Budget } from '@lamella/program';
import { fileInvalid } from '../errors.js';

/** A number that Python must read as a float: written with a decimal point even where it is whole. */
export class PythonFloat {
  constructor(readonly value: number) {}
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type WritableJson =
  | string
  | number
  | boolean
  | null
  | undefined
  | PythonFloat
  | readonly WritableJson[]
  | { readonly [key: string]: WritableJson };

/** As Python's json.dumps: ASCII, `, ` and `: ` between items. */
export function writePythonJson(value: WritableJson): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'string')
    return JSON.stringify(value).replace(
      /[\u007f-\uffff]/g,
      (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  if (typeof value === 'number') return writeNumber(value, false);
  if (value instanceof PythonFloat) return writeNumber(value.value, true);
  if (Array.isArray(value)) return `[${(value as readonly WritableJson[]).map(writePythonJson).join(', ')}]`;
  const entries = Object.entries(value as { readonly [key: string]: WritableJson }).filter(
    ([, item]) => item !== undefined,
  );
  return `{${entries.map(([key, item]) => `${writePythonJson(key)}: ${writePythonJson(item)}`).join(', ')}}`;
}

function writeNumber(value: number, isFloat: boolean): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  const text = Object.is(value, -0) ? '-0.0' : String(value);
  return isFloat && /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** Which members of what was read were written as floats though they are whole: `2.0`. */
const wholeFloats = new WeakMap<object, Set<string | number>>();

/** Whether a number that was read is a float to Python: it has a fraction, is not finite, or was written as one. */
export function isPythonFloat(container: Json, key: string | number): boolean {
  const value = (container as Readonly<Record<string | number, Json>>)[key];
  if (typeof value !== 'number') return false;
  return !Number.isInteger(value) || wholeFloats.get(container as object)?.has(key) === true;
}

/** What was read with keys that are whole numbers behind others: JavaScript puts those first. */
const reordered = new WeakSet<object>();

/** Whether a record that was read has its keys in another order than the text had. */
export function isReordered(record: Json): boolean {
  return reordered.has(record as object);
}

/** A value that was read, to be written again: floats stay floats. */
export function asRead(container: Json, key: string | number): WritableJson {
  const value = (container as Readonly<Record<string | number, Json>>)[key]!;
  if (typeof value === 'number') return isPythonFloat(container, key) ? new PythonFloat(value) : value;
  if (Array.isArray(value)) return value.map((_, i) => asRead(value as Json, i));
  if (isRecord(value))
    return Object.fromEntries(Object.keys(value).map((inner) => [inner, asRead(value, inner)]));
  return value;
}

function noteFloat(container: object, key: string | number, value: number, text: string): void {
  if (!Number.isInteger(value) || !/[.eE]/.test(text)) return;
  const keys = wholeFloats.get(container) ?? new Set();
  wholeFloats.set(container, keys.add(key));
}

/** Deepest nesting that a config may have. */
const maximumDepth = 1000;

const stringPattern = /"[^"\\\u0000-\u001f]*(?:\\.[^"\\\u0000-\u001f]*)*"/y;
const wordPattern = /-?(?:Infinity|NaN|true|false|null|(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
const words: Readonly<Record<string, Json>> = {
  true: true,
  false: false,
  null: null,
  NaN,
  Infinity,
  '-Infinity': -Infinity,
};

/**
 * Parses Python's JSON; every value is one of `budget`, by default that of a file of this length.
 * Throws: FILE_INVALID for anything malformed, too deep, or with keys that reach a prototype; BUDGET_EXCEEDED.
 */
export function readPythonJson(
  text: string,
  file: string,
  budget: Budget = Budget.ofFile(file, text.length),
): Json {
  let at = 0;
  const fail = (what: string): never => {
    throw fileInvalid(file, `malformed JSON at character ${at}: ${what}`);
  };
  const skip = (): void => {
    while (at < text.length && ' \t\n\r'.includes(text[at]!)) at++;
  };
  const string = (): string => {
    stringPattern.lastIndex = at;
    const found = stringPattern.exec(text)?.[0];
    if (found === undefined) return fail('expected a string');
    at += found.length;
    try {
      return JSON.parse(found) as string;
    } catch {
      return fail('a bad escape in a string');
    }
  };
  const list = (depth: number): Json[] => {
    const items: Json[] = [];
    at++;
    skip();
    if (text[at] === ']') {
      at++;
      return items;
    }
    for (;;) {
      skip();
      const start = at;
      const item = value(depth + 1);
      if (typeof item === 'number') noteFloat(items, items.length, item, text.slice(start, at));
      items.push(item);
      skip();
      const next = text[at++];
      if (next === ']') return items;
      if (next !== ',') fail('expected "," or "]"');
    }
  };
  const record = (depth: number): Json => {
    const entries: Record<string, Json> = Object.create(null) as Record<string, Json>;
    at++;
    skip();
    if (text[at] === '}') {
      at++;
      return entries;
    }
    let last: number | undefined = -1;
    for (;;) {
      skip();
      const key = string();
      const index = /^(?:0|[1-9]\d{0,9})$/.test(key) && Number(key) < 2 ** 32 - 1 ? Number(key) : undefined;
      if (index !== undefined && !(index > last!)) reordered.add(entries);
      last = index;
      if (key === '__proto__' || key === 'constructor' || key === 'prototype')
        fail(`the key "${key}" is not allowed`);
      skip();
      if (text[at++] !== ':') fail('expected ":"');
      if (Object.hasOwn(entries, key)) fail(`the key "${key}" stands twice`);
      skip();
      const start = at;
      const item = value(depth + 1);
      if (typeof item === 'number') noteFloat(entries, key, item, text.slice(start, at));
      entries[key] = item;
      skip();
      const next = text[at++];
      if (next === '}') return entries;
      if (next !== ',') fail('expected "," or "}"');
    }
  };
  const value = (depth: number): Json => {
    if (depth > maximumDepth) fail(`nested more than ${maximumDepth} deep`);
    budget.spend('values', 1, 'its JSON');
    skip();
    const first = text[at];
    if (first === '{') return record(depth);
    if (first === '[') return list(depth);
    if (first === '"') return string();
    wordPattern.lastIndex = at;
    const found = wordPattern.exec(text)?.[0];
    if (found === undefined) return fail('expected a value');
    at += found.length;
    return Object.hasOwn(words, found)
      ? words[found]!
      : Number.isNaN(Number(found))
        ? fail('expected a value')
        : Number(found);
  };
  const result = value(0);
  skip();
  if (at !== text.length) fail('something follows the value');
  return result;
}

/** Whether `value` is a record. */
export function isRecord(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
