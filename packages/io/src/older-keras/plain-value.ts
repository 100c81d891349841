// Values that Python's types left their mark on in files of Keras 2: numbers as arrays, lists and tuples as records.
import { packageOf } from '@lamella/core';
import { isRecord, type Json } from '../keras-json/python-json.js';

const lists: ReadonlySet<Json> = new Set(['ListWrapper', 'TensorShape', '__tuple__']);

/** The value as JSON would have it; the same object where nothing changes. What Lambdas and other packages' classes hold is theirs. */
export function plainValue(value: Json): Json {
  if (Array.isArray(value)) {
    const list = value as readonly Json[];
    const plain = list.map(plainValue);
    return plain.every((item, i) => item === list[i]) ? value : plain;
  }
  if (!isRecord(value)) return value;
  const { type, value: inner, class_name: name, items } = value;
  if (name === 'Lambda') return value;
  if (type === 'ndarray' && inner !== undefined) return inner;
  if (name !== undefined && lists.has(name) && Array.isArray(items)) return items.map(plainValue);
  const isForeign = typeof name === 'string' && packageOf(name) !== undefined;
  const entries = Object.entries(value).map(([key, item]): [string, Json] => [
    key,
    isForeign && key === 'config' ? item : plainValue(item),
  ]);
  return entries.every(([key, item]) => item === value[key]) ? value : Object.fromEntries(entries);
}
