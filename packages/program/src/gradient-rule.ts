// What a gradient rule is: from the gradients of a kernel's outputs to those of its inputs, written in tfjs-core calls.
// The rules themselves are in gradient-rules/, by family; kernels without one fall back on tfjs' registered `gradFunc`.
import type * as tf from '@tensorflow/tfjs-core';
import type { Attributes } from './program.js';

/** One kernel call seen by the reverse sweep. */
export interface KernelCall {
  /** By tfjs' names; list inputs are named `0`, `1`, ... Absent optional inputs are missing. */
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  readonly attrs: Attributes;
  /** The gradient of each output; zeros where an output does not reach the result. */
  readonly dy: readonly tf.Tensor[];
}

/** For each differentiable input, a function that gives its gradient; only those that are needed are called. */
export type GradientRule = (call: KernelCall) => Readonly<Record<string, () => tf.Tensor>>;
