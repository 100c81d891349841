// One node that holds Programs, seen by the reverse sweep.
import type * as tf from '@tensorflow/tfjs-core';
import type { ProgramNode } from '../program.js';
import type { Recorder } from '../recorder.js';

export interface HeldCall {
  readonly node: ProgramNode;
  readonly recorder: Recorder;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  /** The gradient of each output that reaches the result. */
  readonly dy: readonly (tf.Tensor | undefined)[];
  /** The inputs whose gradients are wanted. */
  readonly needed: ReadonlySet<string>;
  /** Inside the current recorder: the gradients of several results, started from theirs, by each of `xs`. */
  readonly gradientsOf: (
    results: readonly (readonly [y: tf.Tensor, dy: tf.Tensor | null])[],
    xs: readonly tf.Tensor[],
  ) => (tf.Tensor | null)[];
}
