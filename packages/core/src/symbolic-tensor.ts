// Symbolic tensors: what `input()` and `layer.apply()` return. A shape, a dtype and where it came from; never values.
import type * as tf from '@tensorflow/tfjs-core';
import type { DType, MapTree, SymbolicShape, Tree } from '@lamella/program';
import { markCopy } from './copies.js';
import type { Node } from './node.js';
import { symbolicBrand, isSymbolic, type TensorSpec } from './tensor-spec.js';

/** A tensor to come: the output of a layer's call, or an input of a graph. It never holds values. */
export class SymbolicTensor implements TensorSpec {
  readonly shape: SymbolicShape;
  readonly dtype: DType;
  readonly mask: SymbolicShape | null;
  /** The call that produces it, and which of its outputs it is. */
  readonly node: Node;
  readonly index: number;

  constructor(spec: TensorSpec, node: Node, index: number) {
    this.shape = Object.freeze([...spec.shape]);
    this.dtype = spec.dtype;
    this.mask = spec.mask ?? null;
    this.node = node;
    this.index = index;
    Object.defineProperty(this, symbolicBrand, { value: true });
    markCopy(this);
  }

  /** The name of the layer that produces it. */
  get name(): string {
    return this.node.layer.name;
  }

  get rank(): number {
    return this.shape.length;
  }
}

/** `T` with a symbolic tensor in place of each tfjs tensor: what `apply` takes and gives where `call` has `T`. */
export type Symbolic<T> = MapTree<T, tf.Tensor, SymbolicTensor>;

/** `T` with a tfjs tensor in place of each symbolic one. */
export type Computed<T> = MapTree<T, SymbolicTensor, tf.Tensor>;

/** Trees of tensors to come. */
export type SymbolicTree = Tree<SymbolicTensor>;

/** Whether `value` is a {@link SymbolicTensor}, of any copy of this package. */
export function isSymbolicTensor(value: unknown): value is SymbolicTensor {
  return isSymbolic(value);
}
