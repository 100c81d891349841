// Arguments are data: plain JSON, checked all the way down and frozen, so that what is saved is what was called with.
import { argumentsInvalid } from './errors.js';
import type { ArgumentKind, JsonValue, LambdaArguments } from './named-function.js';

const maximumDepth = 32;

const kinds: Readonly<Record<ArgumentKind, (value: unknown) => boolean>> = {
  number: (value) => typeof value === 'number',
  integer: Number.isInteger,
  string: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  numbers: (value) => Array.isArray(value) && value.every((item) => typeof item === 'number'),
  any: () => true,
};

/** A frozen copy, of what `declared` allows where it is given. Throws: ARGUMENTS_INVALID naming the argument. */
export function checkArguments(
  subject: string,
  given: unknown,
  declared?: Readonly<Record<string, ArgumentKind>>,
): LambdaArguments {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw argumentsInvalid(subject, 'list', 'expected a record of arguments by name');
  if (declared !== undefined)
    for (const [name, value] of Object.entries(given)) {
      const kind = Object.hasOwn(declared, name) ? declared[name] : undefined;
      if (kind === undefined)
        throw argumentsInvalid(
          subject,
          name,
          `its function declares ${Object.keys(declared).join(', ') || 'none'}`,
        );
      if (!kinds[kind](value))
        throw argumentsInvalid(subject, name, `its function declares it as ${kind}, got ${describe(value)}`);
    }
  return copy(subject, given, 'arguments', 0) as LambdaArguments;
}

function copy(subject: string, value: unknown, path: string, depth: number): JsonValue {
  if (depth > maximumDepth) throw argumentsInvalid(subject, path, `nested more than ${maximumDepth} deep`);
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value))
    return Object.freeze(Array.from(value, (item, i) => copy(subject, item, `${path}[${i}]`, depth + 1)));
  if (typeof value === 'object' && isPlain(value)) {
    const entries = Object.entries(value).map(([key, item]): [string, JsonValue] => {
      if (key === '__proto__' || key === 'constructor' || key === 'prototype')
        throw argumentsInvalid(subject, `${path}.${key}`, 'this name is not allowed');
      return [key, copy(subject, item, `${path}.${key}`, depth + 1)];
    });
    return Object.freeze(Object.fromEntries(entries));
  }
  throw argumentsInvalid(subject, path, `expected plain JSON, got ${describe(value)}`);
}

function describe(value: unknown): string {
  return typeof value === 'object' && value !== null ? (constructorName(value) ?? 'an object') : typeof value;
}

function constructorName(value: object): string | undefined {
  return (value as { readonly constructor?: { readonly name?: string } }).constructor?.name;
}

/** A record, of another realm too. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return true;
  return Object.getPrototypeOf(prototype) === null && constructorName(prototype as object) === 'Object';
}
