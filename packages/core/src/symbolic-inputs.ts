// What a layer may be applied to: a symbolic tensor, or a list of them, of this copy of the package.
import { checkCopy } from './copies.js';
import { inputInvalid } from './errors.js';
import { isSymbolicTensor, type SymbolicTensor } from './symbolic-tensor.js';

/** The tensors as a list. Throws: INPUT_INVALID, PACKAGE_DUPLICATED. */
export function symbolicInputs(subject: string, inputs: unknown): readonly SymbolicTensor[] {
  const list: readonly unknown[] = Array.isArray(inputs) ? [...inputs] : [inputs];
  if (list.length === 0)
    throw inputInvalid(subject, 'expected symbolic tensors, got an empty list', 'apply it to at least one');
  list.forEach((tensor, i) => {
    checkCopy(subject, tensor);
    if (isSymbolicTensor(tensor)) return;
    throw inputInvalid(
      subject,
      `expected symbolic tensors, got ${describe(tensor)} at position ${i}`,
      'apply layers to what input() and apply() return; to compute values, use predict()',
    );
  });
  return list as readonly SymbolicTensor[];
}

function describe(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  return (value as { readonly constructor?: { readonly name?: string } }).constructor?.name ?? 'an object';
}
