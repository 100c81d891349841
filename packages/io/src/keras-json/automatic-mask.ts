// Masks that a graph computes by itself. Keras writes them out as operations and arguments of calls; here they follow from
// the layers, so that a stored one which says the same is not needed.
import { Layer, type SymbolicTensor } from '@lamella/core';
import { currentBudget } from '@lamella/program';
import { isOperation } from '../operations/operation.js';
import { fileFacts } from './file-facts.js';

/** A mask that says where `of` differs from a value, perhaps in any of its last axis. */
interface Mask {
  readonly of: SymbolicTensor;
  readonly value: number;
  readonly isAny: boolean;
}

/** Whether `mask`, a tensor of the graph, is the mask that `tensor` has anyway. */
export function isAutomaticMask(tensor: SymbolicTensor, mask: SymbolicTensor): boolean {
  const [own, given] = [maskOf(tensor), describe(mask)];
  return (
    own !== undefined &&
    given !== undefined &&
    own.of === given.of &&
    own.value === given.value &&
    own.isAny === given.isAny
  );
}

function maskOf(start: SymbolicTensor): Mask | undefined {
  let tensor = start;
  for (;;) {
    currentBudget()?.spend('steps', 1, `the mask of "${tensor.name}"`);
    const { layer, parents } = tensor.node;
    const [input] = parents;
    if (input === undefined || parents.length > 1) return undefined;
    const { mask } = fileFacts(layer);
    if (mask !== undefined) {
      const made = mask(layer.getConfig());
      return made && { of: input, value: made.differsFrom, isAny: made.inAny };
    }
    if (!layer.supportsMasking || layer.computeMask !== Layer.prototype.computeMask) return undefined;
    tensor = input;
  }
}

function describe(mask: SymbolicTensor): Mask | undefined {
  const { layer, parents } = mask.node;
  const [input] = parents;
  if (!isOperation(layer) || input === undefined || parents.length > 1) return undefined;
  const { operation, options, operands } = layer.operation;
  if (operation === 'Any') {
    const inner = describe(input);
    const isLastAxis = options['axis'] === -1 && options['keepdims'] !== true;
    return inner !== undefined && isLastAxis ? { ...inner, isAny: true } : undefined;
  }
  const [tensor, value] = operands.args;
  if (operation !== 'NotEqual' || tensor?.kind !== 'input' || value?.kind !== 'number') return undefined;
  return { of: input, value: value.value, isAny: false };
}
