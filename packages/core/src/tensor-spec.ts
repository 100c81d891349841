// What is known of a tensor before it is there: its shape and dtype. Not here: where it comes from (symbolic-tensor.ts).
import type * as tf from '@tensorflow/tfjs-core';
import type { DType, SymbolicShape } from '@lamella/program';

/** The shape and dtype of a tensor to come. */
export interface TensorSpec {
  readonly shape: SymbolicShape;
  readonly dtype: DType;
  /** The shape of the mask that comes with it; null where none does, undefined where that is not said. */
  readonly mask?: SymbolicShape | null;
}

/** What marks symbolic tensors of any copy of this package. */
export const symbolicBrand = Symbol.for('lamella.SymbolicTensor');

/** Whether `value` is a symbolic tensor. */
export function isSymbolic(value: unknown): boolean {
  return typeof value === 'object' && value !== null && symbolicBrand in value;
}

/** Whether `value` says a shape and a dtype: a leaf among trees of specs. */
export function isTensorSpec(value: unknown): value is TensorSpec {
  if (typeof value !== 'object' || value === null) return false;
  const { shape, dtype } = value as Partial<TensorSpec>;
  return Array.isArray(shape) && typeof dtype === 'string';
}

/** Whether `value` is a tfjs tensor, of any copy of tfjs. */
export function isTensor(value: unknown): value is tf.Tensor {
  return typeof value === 'object' && value !== null && 'dataId' in value && 'rankType' in value;
}
