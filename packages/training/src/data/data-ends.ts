// Between which tensors a step works, for the data that it is fed: the model's inputs and outputs, or, where a step is the
// model's own, those of ends-of-data.ts.
import type { GraphEnds, HostPart } from '@lamella/core';

/** What data are arranged for and compared with; `label` is whose they are, as errors name it. */
export type DataEnds = GraphEnds & {
  readonly label: string;
  /** What the host computes first, which takes strings. */
  readonly hostPart?: HostPart | undefined;
};
