// Values that come in a tree of their own, brought into the order of the leaves of another one: nested like it, by position,
// or by name. For the inputs of graphs, and for data.
import { isRecord, type Tree, type TreeStructure } from '@lamella/program';

/** What values are arranged for. */
export interface Arrangement {
  readonly structure: TreeStructure;
  /** The name of each leaf. */
  readonly names: readonly string[];
  /** Further names that records may use. */
  readonly otherNames?: readonly string[];
  /** Whether a value stands for one leaf; by default what is no list and no record. */
  readonly isLeaf?: (value: unknown) => boolean;
}

/** The leaves in order, or undefined where the tree fits in no way. */
export function arrange<T>(given: Tree<T>, arrangement: Arrangement): T[] | undefined {
  const { structure, names, otherNames, isLeaf = isNoContainer } = arrangement;
  const list = names.map((): '*' => '*');
  const forms: TreeStructure[] = [...(names.length === 1 ? (['*'] as const) : []), structure, list];
  for (const form of forms) {
    const leaves: T[] = [];
    if (match(form, given, isLeaf, leaves)) return leaves;
  }
  return byName(given, names, isLeaf) ?? (otherNames && byName(given, otherNames, isLeaf));
}

function byName<T>(
  given: Tree<T>,
  names: readonly string[],
  isLeaf: (value: unknown) => boolean,
): T[] | undefined {
  const leaves: T[] = [];
  const structure: TreeStructure = Object.fromEntries(names.map((name) => [name, '*']));
  if (new Set(names).size < names.length || !match(structure, given, isLeaf, leaves)) return undefined;
  const sorted = [...names].sort();
  return names.map((name) => leaves[sorted.indexOf(name)]!);
}

function match<T>(
  structure: TreeStructure,
  given: unknown,
  isLeaf: (value: unknown) => boolean,
  leaves: T[],
): boolean {
  if (structure === '*') {
    leaves.push(given as T);
    return isLeaf(given);
  }
  if (Array.isArray(structure))
    return (
      Array.isArray(given) &&
      given.length === structure.length &&
      structure.every((inner: TreeStructure, i) => match(inner, given[i], isLeaf, leaves))
    );
  if (!isRecord(given)) return false;
  const keys = Object.keys(structure).sort();
  return (
    Object.keys(given).length === keys.length &&
    keys.every(
      (key) =>
        Object.hasOwn(given, key) &&
        match((structure as Readonly<Record<string, TreeStructure>>)[key]!, given[key], isLeaf, leaves),
    )
  );
}

function isNoContainer(value: unknown): boolean {
  return !Array.isArray(value) && !isRecord(value);
}
