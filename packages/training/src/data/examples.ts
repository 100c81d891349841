// Examples and batches that a Dataset or a stream gives: from { x, y, sampleWeight } to the lists a step takes, checked.
import type { Example, ExampleValue } from '@lamella/core';
import { isHostTensor, type HostTensor } from '@lamella/program';
import { dataInvalid } from '../errors.js';
import type { Batch } from './batch-source.js';

/** How the examples for one model are read. */
export interface ExampleLayout {
  /** The model, as errors name it. */
  readonly subject: string;
  readonly inputs: readonly string[];
  /** Empty where targets and weights are not wanted. */
  readonly outputs: readonly string[];
  /** Throws where a batch does not fit the model. */
  check(batch: Batch): void;
}

export class Examples {
  readonly subject: string;

  constructor(private readonly layout: ExampleLayout) {
    this.subject = layout.subject;
  }

  /** The tensors of an example in the model's order. Throws: DATA_INVALID. */
  spread(example: Example): Omit<Batch, 'size'> {
    const { inputs, outputs } = this.layout;
    if (typeof example !== 'object' || example === null || example.x === undefined) {
      throw dataInvalid(
        this.subject,
        `expected examples of the form { x, y }, got ${describe(example)}`,
        'map the data to { x, y } with host tensors',
      );
    }
    const { x, y, sampleWeight } = example;
    return {
      x: this.listOf(x, inputs, 'input'),
      y: y === undefined || outputs.length === 0 ? [] : this.listOf(y, outputs, 'output'),
      weights: sampleWeight === undefined || outputs.length === 0 ? [] : this.weightsOf(sampleWeight),
    };
  }

  check(batch: Batch): void {
    this.layout.check(batch);
  }

  private weightsOf(value: ExampleValue): readonly HostTensor[] {
    const { outputs } = this.layout;
    return isHostTensor(value) ? outputs.map(() => value) : this.listOf(value, outputs, 'output');
  }

  private listOf(value: ExampleValue, names: readonly string[], what: string): readonly HostTensor[] {
    const list = isHostTensor(value)
      ? [value]
      : Array.isArray(value)
        ? (value as readonly HostTensor[])
        : names.map((name) => (value as Readonly<Record<string, HostTensor>>)[name]!);
    if (list.length !== names.length || !list.every(isHostTensor)) {
      throw dataInvalid(
        this.subject,
        `expected a host tensor for each ${what} (${names.map((name) => `"${name}"`).join(', ')}), got ${list.filter(isHostTensor).length}`,
        'give one tensor, a list in order, or a record by name',
      );
    }
    return list;
  }
}

function describe(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  return isHostTensor(value) ? 'a tensor' : `{ ${Object.keys(value).join(', ')} }`;
}
