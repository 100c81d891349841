// What a gradient rule is: from the gradients of a kernel's outputs to those of its inputs, written in tfjs-core calls.
// The rules themselves are in kernels/, by family.
import type * as tf from '@tensorflow/tfjs-core';
import type { Attributes } from '../program.js';
import type { NormalAttributes } from './attribute-rule.js';

/** One kernel call seen by the reverse sweep. */
export interface KernelCall {
  /** By tfjs' names; list inputs are named `0`, `1`, ... Absent optional inputs are missing. */
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  /** As the definition's `attributes` gives them. */
  readonly attrs: NormalAttributes;
  /** As the node has them, for calls of other kernels that take the same. */
  readonly raw: Attributes;
  /** The gradient of each float output; zeros where an output does not reach the result. */
  readonly dy: readonly tf.Tensor[];
  /**
   * The gradients for the inputs `names`, from the kernel's first output written out in other operations: for kernels
   * whose own gradient is not worth a formula. `forward` gets fresh tensors in place of those inputs.
   */
  readonly through: (
    names: readonly string[],
    forward: (inputs: Readonly<Record<string, tf.Tensor | undefined>>) => tf.Tensor,
  ) => InputGradients;
}

/** For each differentiable input, a function that gives its gradient; null, or none, where nothing flows back to it. */
export type InputGradients = Readonly<Record<string, () => tf.Tensor | null>>;

/** Only the functions for inputs whose gradient is needed are called. */
export type GradientRule = (call: KernelCall) => InputGradients;
