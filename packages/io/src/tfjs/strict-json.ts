// JSON that JSON.parse takes, for browsers. Python's bare words have no place in it: infinities are written as numbers too
// large for a double, which every parser reads as infinities.
import { notSerializable } from '../errors.js';
import { PythonFloat, type WritableJson } from '../keras-json/python-json.js';

/** Throws: NOT_SERIALIZABLE for NaN. */
export function writeStrictJson(value: WritableJson): string {
  if (value instanceof PythonFloat) return writeNumber(value.value).replace(/^-?\d+$/, '$&.0');
  if (typeof value === 'number') return writeNumber(value);
  if (value === null || value === undefined || typeof value !== 'object')
    return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${(value as readonly WritableJson[]).map(writeStrictJson).join(',')}]`;
  const entries = Object.entries(value as Readonly<Record<string, WritableJson>>)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${JSON.stringify(key)}:${writeStrictJson(item)}`);
  return `{${entries.join(',')}}`;
}

function writeNumber(value: number): string {
  if (Number.isNaN(value))
    throw notSerializable('saveModel()', 'an option is NaN, which JSON cannot hold', 'save to .keras or .h5');
  if (!Number.isFinite(value)) return value > 0 ? '1e999' : '-1e999';
  return Object.is(value, -0) ? '-0' : JSON.stringify(value);
}
