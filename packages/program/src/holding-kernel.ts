// What is known of a kernel whose nodes hold Programs. The kernels themselves are in control-flow/, their table in
// subprograms.ts.
import type * as tf from '@tensorflow/tfjs-core';
import type { Attributes, Program, ValueType } from './program.js';

/** By name: inputs of a node in the order of their names, which are whole numbers but for a few. */
export type Named<T> = Readonly<Record<string, T>>;

/** A node whose inputs are known by their types, or are tensors. */
export interface Holder<T> {
  readonly inputs: Named<T>;
  readonly attrs: Attributes;
  readonly programs: Named<Program>;
}

/** Computes a Program's outputs, which the caller owns. */
export type Replay = (program: Program, inputs: readonly tf.Tensor[]) => tf.Tensor[];

export interface HoldingKernel {
  /** The names of the Programs that each node holds. */
  readonly programs: readonly string[];
  /** The types of the inputs of the Program `name`, in order. Throws: PROGRAM_INVALID for inputs that are none of the kernel's. */
  readonly inputTypes: (name: string, node: Omit<Holder<ValueType>, 'programs'>) => readonly ValueType[];
  /** The types of the node's outputs. Throws: PROGRAM_INVALID where a Program does not fit the node. */
  readonly outputTypes: (node: Holder<ValueType>) => readonly ValueType[];
  /** Computes the node's outputs, tensors of their own. */
  readonly run: (node: Holder<tf.Tensor> & { readonly scope: string }, replay: Replay) => tf.Tensor[];
}
