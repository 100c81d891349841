// The values of constants in JSON: short ones as readable lists, long ones as base64 of little-endian bytes.
import { allocateArray, elementsPerValue, type TfjsDType, type TypedArray } from '../dtype.js';
import { programInvalid } from '../errors.js';
import type { ConstantData } from '../program.js';
import { sizeOf, type Shape } from '../shape.js';
import { list, nameOfNumber, numberNamed, shown, text, type Json } from './check-json.js';

/** Longer ones are base64. Units: elements. */
const longestList = 64;
const longestBase64 = 2 ** 30;

export function constantToJson(data: ConstantData): { values: Json } | { base64: string } {
  if (!ArrayBuffer.isView(data)) return { values: [...data] };
  if (data.length > longestList) return { base64: toBase64(littleEndian(data)) };
  return { values: Array.from(data, (value) => nameOfNumber(value) ?? value) };
}

/** Throws: PROGRAM_INVALID unless there is exactly one value for each element. */
export function constantFromJson(
  entry: Readonly<Record<string, Json>>,
  dtype: TfjsDType,
  shape: Shape,
  where: string,
): ConstantData {
  const count = sizeOf(shape) * elementsPerValue(dtype);
  if (!Number.isSafeInteger(count) || count < 0) throw programInvalid(`${where} has an impossible shape`);
  const stored =
    entry['base64'] === undefined ? list(entry['values'], where, count) : fromBase64(entry['base64'], where);
  if (dtype === 'string') {
    if (stored.length !== count) throw wrongCount(where, count, stored.length);
    return (stored as readonly Json[]).map((value) => text(value, where));
  }
  const storage = dtype === 'complex64' ? 'float32' : dtype;
  if (stored instanceof Uint8Array) {
    const bytes = count * (storage === 'bool' ? 1 : 4);
    if (stored.length !== bytes) throw wrongCount(where, bytes, stored.length, 'bytes');
    return fromLittleEndian(stored, allocateArray(storage, count) as TypedArray);
  }
  if (stored.length !== count) throw wrongCount(where, count, stored.length);
  return (allocateArray(storage, count) as TypedArray).map((_, i) => numberOf(stored[i]!, where));
}

function numberOf(json: Json, where: string): number {
  if (typeof json === 'number') return json;
  const value = numberNamed(json);
  if (value === undefined) throw programInvalid(`${where}: expected numbers, got ${shown(json)}`);
  return value;
}

function wrongCount(where: string, wanted: number, got: number, what = 'values'): Error {
  return programInvalid(`${where}: expected ${wanted} ${what}, got ${got}`);
}

const isLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function littleEndian(data: TypedArray): Uint8Array {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength).slice();
  return isLittleEndian ? bytes : swapped(bytes, data.BYTES_PER_ELEMENT);
}

function fromLittleEndian(bytes: Uint8Array, target: TypedArray): TypedArray {
  const given = isLittleEndian ? bytes : swapped(bytes, target.BYTES_PER_ELEMENT);
  new Uint8Array(target.buffer).set(given);
  return target;
}

function swapped(bytes: Uint8Array, width: number): Uint8Array {
  for (let i = 0; i < bytes.length; i += width) bytes.subarray(i, i + width).reverse();
  return bytes;
}

function toBase64(bytes: Uint8Array): string {
  const parts: string[] = [];
  // Arguments of one call are limited; a multiple of three leaves no padding in between.
  for (let i = 0; i < bytes.length; i += 24_576)
    parts.push(btoa(String.fromCharCode(...bytes.subarray(i, i + 24_576))));
  return parts.join('');
}

function fromBase64(json: Json, where: string): Uint8Array {
  if (typeof json !== 'string' || json.length > longestBase64)
    throw programInvalid(`${where}: expected base64`);
  try {
    const binary = atob(json);
    const bytes = new Uint8Array(binary.length);
    for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
    return bytes;
  } catch (cause) {
    throw programInvalid(`${where}: it is no base64`, undefined, cause);
  }
}
