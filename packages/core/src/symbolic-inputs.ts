// What a layer may be applied to: symbolic tensors of this copy of the package, one or a tree of them.
import { flatten, mapTree, type Tree } from '@lamella/program';
import { isCallConstant } from './call-arguments.js';
import { checkCopy } from './copies.js';
import { inputInvalid } from './errors.js';
import { isSymbolic } from './tensor-spec.js';

/** Checks the leaves of a tree. Throws: INPUT_INVALID, PACKAGE_DUPLICATED, TREE_INVALID. */
export function checkSymbolic(subject: string, what: string, tree: unknown): void {
  let count = 0;
  mapTree(tree as Tree<unknown>, (leaf, path) => {
    count++;
    checkCopy(subject, leaf);
    if (isSymbolic(leaf)) return;
    throw inputInvalid(
      subject,
      `expected symbolic tensors in ${what}, got ${describe(leaf)}${path === '' ? '' : ` at ${path}`}`,
      'pass what input() and apply() return; to compute values, use predict()',
    );
  });
  if (count === 0)
    throw inputInvalid(
      subject,
      `expected symbolic tensors in ${what}, got none`,
      'pass at least one symbolic tensor',
    );
}

/** Checks an argument of a call: symbolic tensors and plain values. Throws: INPUT_INVALID, PACKAGE_DUPLICATED, TREE_INVALID. */
export function checkArgument(subject: string, name: string, tree: unknown): void {
  const tensors = flatten(tree as Tree<unknown>).filter((leaf) => !isCallConstant(leaf));
  if (tensors.length > 0) checkSymbolic(subject, `its argument "${name}"`, tensors);
}

function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return (value as { readonly constructor?: { readonly name?: string } }).constructor?.name ?? 'an object';
}
