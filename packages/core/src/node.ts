// A Node: one call of a layer on symbolic tensors. The graph of a model is its nodes; a shared layer has several.
import type { Layer } from './layer.js';
import { SymbolicTensor, type TensorSpec } from './symbolic-tensor.js';

/** Whether a layer was called on one tensor or on a list; a list of one is still a list. */
export type Structure = 'single' | 'list';

export interface CallOptions {
  /** Fixes the training flag for this call. */
  readonly training?: boolean;
}

/** One call of a layer: what went in and what comes out. */
export class Node {
  readonly outputs: readonly SymbolicTensor[];

  constructor(
    readonly layer: Layer,
    readonly inputs: readonly SymbolicTensor[],
    readonly structure: Structure,
    outputs: readonly TensorSpec[],
    readonly options: CallOptions = {},
  ) {
    this.outputs = outputs.map((spec, i) => new SymbolicTensor(spec, this, i));
  }

  /** Which of its layer's calls this is. */
  get index(): number {
    return this.layer.inboundNodes.indexOf(this);
  }
}
