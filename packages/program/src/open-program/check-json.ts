// What is demanded of JSON that came from a file: each function gives the value in its type or says what is wrong where.
import { programInvalid } from '../errors.js';

/** What JSON.parse can give. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const forbidden = new Set(['__proto__', 'constructor', 'prototype']);
const longestText = 4096;

/** The numbers that JSON has no word for. */
const unwritable: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['-0', -0],
]);

/** The number that a word stands for, or undefined. */
export function numberNamed(word: unknown): number | undefined {
  return unwritable.get(word);
}

/** The word for a number that JSON cannot hold, or undefined. */
export function nameOfNumber(value: number): string | undefined {
  return Object.is(value, -0) ? '-0' : Number.isFinite(value) ? undefined : String(value);
}

export function record(json: unknown, where: string): Readonly<Record<string, Json>> {
  if (typeof json === 'object' && json !== null && !Array.isArray(json))
    return json as Readonly<Record<string, Json>>;
  throw expected('a record', json, where);
}

export function list(json: unknown, where: string, most: number): readonly Json[] {
  if (!Array.isArray(json)) throw expected('a list', json, where);
  if (json.length > most)
    throw programInvalid(`${where}: ${json.length} entries, at most ${most} are allowed`);
  return json as readonly Json[];
}

export function text(json: unknown, where: string): string {
  if (typeof json === 'string' && json.length <= longestText) return json;
  throw expected('a name', json, where);
}

export function integer(json: unknown, where: string, least: number, most: number): number {
  if (typeof json === 'number' && Number.isInteger(json) && json >= least && json <= most) return json;
  throw expected(`a whole number from ${least} to ${most}`, json, where);
}

export function oneOf<T extends string>(json: unknown, known: readonly T[], where: string): T {
  if (typeof json === 'string' && (known as readonly string[]).includes(json)) return json as T;
  throw expected(`one of ${known.join(', ')}`, json, where);
}

/** A key that cannot reach a prototype. */
export function member(key: string): string {
  if (forbidden.has(key) || key.length > longestText)
    throw programInvalid(`the key ${JSON.stringify(key.slice(0, 60))} is not allowed`);
  return key;
}

function expected(what: string, got: unknown, where: string): Error {
  return programInvalid(`${where}: expected ${what}, got ${shown(got)}`);
}

/** A value from a file as an error shows it: short, whatever it is. */
export function shown(json: unknown): string {
  return (JSON.stringify(json) ?? String(json)).slice(0, 60);
}
