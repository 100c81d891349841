// A batch: what a training step takes at a time.
import type { HostValues } from '@lamella/core';
import type { AnyHostTensor, HostTensor } from '@lamella/program';

/** One batch: tensors in the order of the model's inputs and outputs. */
export interface Batch {
  readonly x: readonly AnyHostTensor[];
  readonly y: readonly HostTensor[];
  /** For each output, or empty. Shapes: [batch]. */
  readonly weights: readonly HostTensor[];
  readonly size: number;
}

/** A batch as a step takes it: the host has computed its part of the model. */
export interface PreparedBatch extends Omit<Batch, 'x'>, HostValues {}
