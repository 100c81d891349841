// A Node: one call of a layer on symbolic tensors. The graph of a model is its nodes; a shared layer has several.
import { flatten, mapTree, type Tree } from '@lamella/program';
import { argumentTensors, mapArguments, type CallArguments, type CallOptions } from './call-arguments.js';
import type { Layer } from './layer.js';
import { SymbolicTensor, type SymbolicTree } from './symbolic-tensor.js';
import { isTensorSpec, type TensorSpec } from './tensor-spec.js';

/** What a layer is called on. */
export interface NodeCall extends Partial<CallOptions<SymbolicTensor>> {
  readonly inputs: SymbolicTree;
}

/** One call of a layer: what went in and what comes out. */
export class Node {
  readonly inputs: SymbolicTree;
  /** Tensors and plain values by name, the mask not among them. */
  readonly args: CallArguments<SymbolicTensor>;
  /** The mask given at the call, in place of those that come along. */
  readonly mask: Tree<SymbolicTensor | null> | undefined;
  /** The training flag, where the call fixes it. */
  readonly training: boolean | undefined;
  /** All tensors that the call needs: the leaves of the inputs, of the mask and of the arguments. */
  readonly parents: readonly SymbolicTensor[];
  /** What `apply` gave. */
  readonly result: SymbolicTree;
  /** The leaves of {@link result}. */
  readonly outputs: readonly SymbolicTensor[];
  /** Which of its layer's calls this is. Whoever makes it adds it to them. */
  readonly index: number;

  constructor(
    readonly layer: Layer,
    { inputs, args = {}, mask, training }: NodeCall,
    outputs: Tree<TensorSpec>,
  ) {
    this.index = layer.inboundNodes.length;
    this.inputs = inputs;
    this.args = args;
    this.mask = mask;
    this.training = training;
    this.parents = [
      ...flatten(inputs),
      ...argumentTensors<SymbolicTensor>({ ...args, ...(mask !== undefined && { mask }) }),
    ];
    let index = 0;
    this.result = mapTree(outputs, (spec) => new SymbolicTensor(spec, this, index++), isTensorSpec);
    this.outputs = flatten(this.result);
  }

  /** What the call is on, with each tensor replaced. */
  callOn<T>(replace: (tensor: SymbolicTensor) => T): CallOptions<T> & { readonly inputs: Tree<T> } {
    const { inputs, args, mask, training } = this;
    return {
      inputs: mapTree(inputs, replace),
      args: mapArguments(args, replace),
      mask: mask && mapTree(mask, (tensor) => (tensor === null ? null : replace(tensor))),
      training,
    };
  }
}
