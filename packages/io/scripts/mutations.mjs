// What fuzzing does to files: bytes changed, cut out, doubled and cut off, and tokens of JSON replaced by others that mean
// harm. Decided by a list of numbers alone, so that a failure can be repeated.

/** @typedef {readonly [kind: number, at: number, size: number, value: number]} Edit Each a number in [0, 1). */

/** What stands in place of a token. */
const tokens = [
  '0',
  '-1',
  '1',
  '2',
  '3',
  '0.5',
  '1e9',
  '1e308',
  '-1e308',
  '4294967296',
  '9007199254740993',
  'NaN',
  'Infinity',
  '-Infinity',
  'null',
  'true',
  'false',
  '[]',
  '{}',
  '[[]]',
  '""',
  '"os.system"',
  '"__proto__"',
  '"constructor"',
  '"relu"',
  '"Dense"',
  '"Add"',
  '"Lambda"',
  '"Functional"',
  '"float16"',
  '"same"',
  '["input", 0, 0]',
  '[null, 4]',
  '[null, 1000000000]',
  '{"class_name": "function", "config": "system"}',
  '{"class_name": "__lambda__", "config": {"value": ["", null, null]}}',
  '{"class_name": "Zeros", "config": {}}',
  '{"class_name": "__keras_tensor__", "config": {"keras_history": ["input", 0, 0]}}',
];

/** Numbers, words, strings, and brackets with what is next to them. */
const token = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|NaN|-?Infinity|[[\]{},:]/g;

/**
 * Changes bytes.
 * @param {Uint8Array} bytes @param {readonly Edit[]} edits @returns {Uint8Array}
 */
export function mutateBytes(bytes, edits) {
  let result = bytes;
  for (const [kind, at, size, value] of edits) {
    const start = Math.floor(at * result.length);
    const length = 1 + Math.floor(size ** 4 * 200);
    const part = result.subarray(start, start + length);
    const [head, tail] = [result.subarray(0, start), result.subarray(start + length)];
    if (kind < 0.4) {
      result = result.slice();
      result[start] = Math.floor(value * 256);
    } else if (kind < 0.55) {
      result = result.slice();
      result.fill(value < 0.5 ? 0xff : 0, start, start + length);
    } else if (kind < 0.7) result = joined(head, tail);
    else if (kind < 0.85) result = joined(head, part, part, tail);
    else if (kind < 0.95)
      result = joined(
        head,
        Uint8Array.from(part, (_, i) => Math.floor(value * 256 + i * 89)),
        tail,
      );
    else result = head;
  }
  return result;
}

/**
 * Changes tokens of JSON.
 * @param {string} text @param {readonly Edit[]} edits @returns {string}
 */
export function mutateJson(text, edits) {
  let result = text;
  for (const [kind, at, size, value] of edits) {
    const found = [...result.matchAll(token)];
    const values = found.filter(([text]) => !/^[[\]{},:]$/.test(text));
    const chosen = (kind < 0.8 ? values : found)[Math.floor(at * (kind < 0.8 ? values : found).length)];
    if (chosen === undefined) continue;
    const other = values[Math.floor(value * values.length)];
    const replacement = kind < 0.6 ? tokens[Math.floor(size * tokens.length)] : kind < 0.8 ? other[0] : '';
    result = result.slice(0, chosen.index) + replacement + result.slice(chosen.index + chosen[0].length);
  }
  return result;
}

/** @param {readonly Uint8Array[]} parts @returns {Uint8Array} */
function joined(...parts) {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => {
    result.set(part, at);
    return at + part.length;
  }, 0);
  return result;
}
