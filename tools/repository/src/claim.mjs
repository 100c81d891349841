// Gives an example the function that compares a value with what the comment beside it claims.
import { deepStrictEqual } from 'node:assert';

/** Numbers agree to six digits. Typed arrays and tuples count as lists. @type {(value: unknown) => unknown} */
function comparable(value) {
  if (typeof value === 'number' && Number.isFinite(value)) return Number(value.toPrecision(6));
  if (ArrayBuffer.isView(value) && !(value instanceof DataView))
    return Array.from(/** @type {Float32Array} */ (value), comparable);
  if (Array.isArray(value)) return value.map(comparable);
  if (value !== null && typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype)
    return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, comparable(member)]));
  return value;
}

Reflect.set(globalThis, 'claim', (/** @type {unknown} */ actual, /** @type {unknown} */ expected) =>
  deepStrictEqual(comparable(actual), comparable(expected)),
);
