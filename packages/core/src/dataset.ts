// Datasets: a length and a way to get one example. Batching, shuffling and the rest are derived in @lamella/datasets.
import type { AnyHostTensor, Tree } from '@lamella/program';

/** One example, or one batch of them: inputs, targets, weights. Several inputs or outputs are nested as the model's, or named. */
export interface Example {
  readonly x: ExampleValue;
  readonly y?: ExampleValue;
  readonly sampleWeight?: ExampleValue;
}

export type ExampleValue = Tree<AnyHostTensor>;

/** Random access to examples, which need not be in memory. Each `get` gives one example without a batch dimension. */
export interface Dataset<T = Example> {
  readonly length: number;
  get(index: number): T | Promise<T>;
}

/** Batches in a fixed order, possibly without end; each has the batch dimension first. */
export type BatchStream = Iterable<Example> | AsyncIterable<Example>;

/** Whether `data` is a Dataset: a length and a way to get one example. */
export function isDataset(data: unknown): data is Dataset {
  return (
    typeof data === 'object' &&
    data !== null &&
    typeof (data as Dataset).get === 'function' &&
    typeof (data as Dataset).length === 'number'
  );
}
