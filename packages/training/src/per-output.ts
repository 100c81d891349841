// What each output of a model has: from the forms in which users say it, one for all, nested like the outputs, by position
// or by name, to a list in the order of the outputs. Not here: data, which is never one for all (data/adapt-data.ts).
import { optionInvalid, type Arrangement } from '@lamella/core';
import { flatten, isRecord, type Tree, type TreeStructure } from '@lamella/program';

/** One value for all outputs, values nested like them, a list by position, or a record by the name of the output. */
export type PerOutput<T> = Tree<T>;

export interface PerOutputOptions {
  /** Whether a value stands for one output. */
  readonly isItem: (value: unknown) => boolean;
  /** Whether one value may stand for all outputs. */
  readonly isForAll: boolean;
}

/** One item for each output, null where there is none. Throws: OPTION_INVALID for what does not fit the outputs. */
export function perOutput<T>(
  subject: string,
  option: string,
  outputs: Arrangement,
  given: PerOutput<T>,
  { isItem, isForAll }: PerOutputOptions,
): (T | null)[] {
  const { structure, names, otherNames = [] } = outputs;
  if (isForAll && isItem(given)) return names.map(() => given as T);
  const found =
    pick<T>(structure, given, isItem) ??
    byName<T>(names, given, isItem) ??
    byName<T>(otherNames, given, isItem);
  if (found !== undefined) return found;
  if (Array.isArray(given)) {
    if (given.length === names.length) return [...(given as T[])];
    throw optionInvalid(subject, option, `one for each of the ${names.length} outputs`, given.length);
  }
  if (!isRecord(given))
    throw optionInvalid(subject, option, 'a name, an object of Lamella, or a list or record of them', given);
  const known = isRecord(structure) ? Object.keys(structure) : names;
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  throw optionInvalid(
    subject,
    option,
    `the names of outputs (${known.join(', ')})`,
    (unknown.length > 0 ? unknown : Object.keys(given)).join(', '),
  );
}

/** The items nested like the outputs; records may leave some out. */
function pick<T>(
  structure: TreeStructure,
  given: unknown,
  isItem: (value: unknown) => boolean,
): (T | null)[] | undefined {
  if (structure === '*') return given === null || isItem(given) ? [given as T | null] : undefined;
  const entries = Object.entries(structure as Readonly<Record<string, TreeStructure>>);
  const isAlike = Array.isArray(structure)
    ? Array.isArray(given) && given.length === structure.length
    : isRecord(given) && Object.keys(given).every((key) => Object.hasOwn(structure, key));
  if (!isAlike) return undefined;
  const items: (T | null)[] = [];
  for (const [key, inner] of entries.sort(([a], [b]) => byKey(structure, a, b))) {
    const part = Object.hasOwn(given as object, key)
      ? pick<T>(inner, (given as Readonly<Record<string, unknown>>)[key], isItem)
      : flatten(inner).map(() => null);
    if (part === undefined) return undefined;
    items.push(...part);
  }
  return items;
}

function byKey(structure: TreeStructure, a: string, b: string): number {
  if (Array.isArray(structure)) return Number(a) - Number(b);
  return a < b ? -1 : 1;
}

function byName<T>(
  names: readonly string[],
  given: unknown,
  isItem: (value: unknown) => boolean,
): (T | null)[] | undefined {
  if (!isRecord(given)) return undefined;
  const isKnown = Object.entries(given).every(
    ([name, value]) => names.includes(name) && (value === null || isItem(value)),
  );
  return isKnown ? names.map((name) => (Object.hasOwn(given, name) ? (given[name] as T) : null)) : undefined;
}
