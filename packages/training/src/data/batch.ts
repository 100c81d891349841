// A batch: what a training step takes at a time.
import type { HostTensor } from '@lamella/program';

/** One batch as a training step takes it: tensors in the order of the model's inputs and outputs. */
export interface Batch {
  readonly x: readonly HostTensor[];
  readonly y: readonly HostTensor[];
  /** For each output, or empty. Shapes: [batch]. */
  readonly weights: readonly HostTensor[];
  readonly size: number;
}
