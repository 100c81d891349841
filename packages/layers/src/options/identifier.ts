// Options that name an object by one of Keras' identifiers, or give the object itself.
import {
  identifierUnknown,
  isSerializable,
  optionInvalid,
  type Serializable,
  type SerializableKind,
} from '@lamella/core';

/** A table of classes by Keras' identifiers. */
export type IdentifierTable<T> = Readonly<Record<string, (new () => T) & { readonly className: string }>>;

/**
 * The object that an option means: a known identifier or class name, or an object of this kind.
 * Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID.
 */
export function objectOf<T extends Serializable>(
  subject: string,
  option: string,
  value: unknown,
  kind: SerializableKind,
  table: IdentifierTable<T>,
): T {
  if (isSerializable(value) && value.kind === kind) return value as T;
  const what = kind.replace(/s$/, '');
  if (typeof value !== 'string')
    throw optionInvalid(subject, option, `the identifier of ${article(what)}, or an object`, value);
  const found = Object.hasOwn(table, value)
    ? table[value]
    : Object.values(table).find(({ className }) => className === value);
  if (found === undefined) throw identifierUnknown(subject, what, value, Object.keys(table));
  return new found();
}

/** The same, where null and nothing mean none. */
export function objectOrNull<T extends Serializable>(
  subject: string,
  option: string,
  value: unknown,
  kind: SerializableKind,
  table: IdentifierTable<T>,
): T | null {
  return value === undefined || value === null ? null : objectOf(subject, option, value, kind, table);
}

function article(word: string): string {
  return `${/^[aeiou]/.test(word) ? 'an' : 'a'} ${word}`;
}
