// Trees: values in lists and records, nested as one likes. The one module that knows nesting.
// Whatever is neither a list nor a plain record is a leaf, and so is what the caller's `isLeaf` says, e.g. a shape.
import { lamellaError } from './errors.js';

/** A value, or values in lists and records. A record's leaves come in the order of its sorted keys, as in Keras. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [name: string]: Tree<T> };

/** `S` with `T` in place of each leaf `L`; tuples and records are kept. */
export type MapTree<S, L, T> = [Tree<L>] extends [S]
  ? Tree<T>
  : S extends L
    ? T
    : S extends object
      ? { readonly [K in keyof S]: MapTree<S[K], L, T> }
      : S;

/** A tree without its leaves: `*` stands for each. Plain JSON. */
export type TreeStructure = Tree<'*'>;

/** Deeper than anybody nests; lists that contain themselves end here. */
const deepest = 64;

const never = (): boolean => false;

/** `fn` of each leaf, in the same lists and records. `path` says where, e.g. `.boxes[0]`. Throws: TREE_INVALID for more than 64 levels. */
export function mapTree<T, R>(
  tree: Tree<T>,
  fn: (leaf: T, path: string) => R,
  isLeaf: (value: unknown) => boolean = never,
): Tree<R> {
  const map = (node: Tree<T>, path: string, depth: number): Tree<R> => {
    const isList = Array.isArray(node);
    if (isLeaf(node) || !(isList || isRecord(node))) return fn(node as T, path);
    if (depth === deepest) throw tooDeep(path);
    if (isList) return (node as readonly Tree<T>[]).map((item, i) => map(item, `${path}[${i}]`, depth + 1));
    const record = node as Readonly<Record<string, Tree<T>>>;
    const entry = (key: string): [string, Tree<R>] => [key, map(record[key]!, `${path}.${key}`, depth + 1)];
    // Unlike an assignment, this makes an ordinary entry of a key such as `__proto__`.
    return Object.fromEntries(Object.keys(record).sort().map(entry));
  };
  return map(tree, '', 0);
}

/** The leaves in order: of lists as they stand, of records by their sorted keys. Throws: TREE_INVALID. */
export function flatten<T>(tree: Tree<T>, isLeaf?: (value: unknown) => boolean): T[] {
  const leaves: T[] = [];
  mapTree(tree, (leaf) => void leaves.push(leaf), isLeaf);
  return leaves;
}

/** A tree of this structure with these leaves, in order. Throws: TREE_INVALID for another number of leaves. */
export function unflatten<T>(structure: TreeStructure, leaves: readonly T[]): Tree<T> {
  let next = 0;
  const tree = mapTree(structure, () => leaves[next++] as T);
  if (next === leaves.length) return tree;
  throw lamellaError('TREE_INVALID', {
    subject: 'unflatten()',
    problem: `expected ${next} leaves for ${describeStructure(structure)}, got ${leaves.length}`,
  });
}

/** How a tree is nested. Throws: TREE_INVALID. */
export function structureOf(tree: Tree<unknown>, isLeaf?: (value: unknown) => boolean): TreeStructure {
  return mapTree(tree, (): '*' => '*', isLeaf);
}

/** Whether two trees are nested alike: lists equally long, records with the same keys. */
export function sameStructure(a: TreeStructure, b: TreeStructure): boolean {
  if (a === '*' || b === '*') return a === b;
  if (Array.isArray(a) || Array.isArray(b))
    return (
      Array.isArray(a) &&
      Array.isArray(b) &&
      a.length === b.length &&
      a.every((item: TreeStructure, i) => sameStructure(item, b[i] as TreeStructure))
    );
  const [left, right] = [a, b] as Readonly<Record<string, TreeStructure>>[];
  const keys = Object.keys(left!);
  return (
    keys.length === Object.keys(right!).length &&
    keys.every((key) => Object.hasOwn(right!, key) && sameStructure(left![key]!, right![key]!))
  );
}

/** What is different in `given`, one line each: keys that are missing or too many, lists of another length. */
export function structureDifferences(expected: TreeStructure, given: TreeStructure, path = ''): string[] {
  const at = path === '' ? '' : ` at ${path}`;
  if (Array.isArray(expected) && Array.isArray(given)) {
    if (expected.length !== given.length)
      return [`expected a list of ${expected.length}${at}, got one of ${given.length}`];
    return expected.flatMap((item, i) =>
      structureDifferences(item as TreeStructure, given[i] as TreeStructure, `${path}[${i}]`),
    );
  }
  if (isRecord(expected) && isRecord(given)) {
    const [wanted, got] = [expected, given] as Readonly<Record<string, TreeStructure>>[];
    const keys = [...new Set([...Object.keys(wanted!), ...Object.keys(got!)])].sort();
    return keys.flatMap((key) => {
      if (!Object.hasOwn(got!, key)) return [`"${key}" is missing${at}`];
      if (!Object.hasOwn(wanted!, key)) return [`"${key}" is not expected${at}`];
      return structureDifferences(wanted![key]!, got![key]!, `${path}.${key}`);
    });
  }
  return sameStructure(expected, given) ? [] : [`expected ${kindOf(expected)}${at}, got ${kindOf(given)}`];
}

function kindOf(structure: TreeStructure): string {
  if (structure === '*') return 'one value';
  return Array.isArray(structure) ? `a list of ${structure.length}` : 'a record';
}

/** A structure for people: `*`, `[*, *]`, `{ boxes: *, classes: [*, *] }`. */
export function describeStructure(structure: TreeStructure): string {
  if (structure === '*') return '*';
  if (Array.isArray(structure)) return `[${structure.map(describeStructure).join(', ')}]`;
  const record = structure as Readonly<Record<string, TreeStructure>>;
  const entries = Object.keys(record)
    .sort()
    .map((key) => `${key}: ${describeStructure(record[key]!)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** Whether a value is a record of a tree: a plain object, no instance of a class. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}

function tooDeep(path: string): Error {
  return lamellaError('TREE_INVALID', {
    subject: `Tree at ${path.slice(0, 40)}...`,
    problem: `it is nested more than ${deepest} levels deep`,
    fix: 'nest less deeply; a list that contains itself is no tree',
  });
}
