// Trees of tensors as loops and branches take and give them: null stands for nothing.
import * as tf from '@tensorflow/tfjs-core';
import { loopInvalid } from '../errors.js';
import { formatShape } from '../shape.js';
import {
  flatten,
  mapTree,
  structureOf,
  unflatten,
  type Tree,
  type TreeStructure,
  type MapTree,
} from '../tree.js';

/** Tensors in lists and records. */
export type Tensors = Tree<tf.Tensor>;

/** Tensors nested as `C`, whatever their ranks. */
export type AnyRank<C> = MapTree<C, tf.Tensor, tf.Tensor>;

/** Tensors, and how they are nested; `structure` is null for nothing. */
export interface TensorTree {
  readonly leaves: readonly tf.Tensor[];
  readonly structure: TreeStructure | null;
}

/** Throws: LOOP_INVALID for what holds anything else than tensors. */
export function tensorTree(value: unknown, subject: string, what: string): TensorTree {
  if (value === null || value === undefined) return { leaves: [], structure: null };
  const leaves = flatten(value as Tree<unknown>);
  const wrong = leaves.find((leaf) => !(leaf instanceof tf.Tensor));
  if (wrong !== undefined)
    throw loopInvalid(subject, `${what}: expected tensors, got ${wrong === null ? 'null' : typeof wrong}`);
  return { leaves: leaves as tf.Tensor[], structure: structureOf(value as Tree<unknown>) };
}

/** These tensors nested so. */
export function treeOf(structure: TreeStructure | null, leaves: readonly tf.Tensor[]): Tensors | null {
  return structure === null ? null : unflatten(structure, leaves);
}

/** `{ c: float32[2, 3], h: float32[2, 3] }`. */
export function describeTensors(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  const names = mapTree(value as Tree<unknown>, (leaf) =>
    leaf instanceof tf.Tensor
      ? `${leaf.dtype}${formatShape(leaf.shape)}`
      : leaf === null
        ? 'null'
        : typeof leaf,
  );
  return printed(names);
}

function printed(names: Tree<string>): string {
  if (typeof names === 'string') return names;
  if (Array.isArray(names)) return `[${(names as readonly Tree<string>[]).map(printed).join(', ')}]`;
  const entries = Object.entries(names as Readonly<Record<string, Tree<string>>>);
  return entries.length === 0
    ? '{}'
    : `{ ${entries.map(([key, inner]) => `${key}: ${printed(inner)}`).join(', ')} }`;
}

/** Whether both are nested alike and hold tensors of the same shapes and dtypes. */
export function sameTensors(a: unknown, b: unknown): boolean {
  const [p, q] = [describeTensors(a), describeTensors(b)];
  return p === q;
}
