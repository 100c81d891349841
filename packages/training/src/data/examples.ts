// Examples and batches that a Dataset or a stream gives: from { x, y, sampleWeight } to the lists a step takes, checked.
import { arrange, dataInvalid, type Arrangement, type Example, type ExampleValue } from '@lamella/core';
import { entering, flatten, isHostTensor, type AnyHostTensor, type HostTensor } from '@lamella/program';
import type { Batch } from './batch.js';

/** How the examples for one model are read. */
export interface ExampleLayout {
  /** The model, as errors name it. */
  readonly subject: string;
  readonly inputs: Arrangement;
  /** Empty where targets and weights are not wanted. */
  readonly outputs: Arrangement;
  /** Whether an input is taken as it is, strings too. */
  takesAll(index: number): boolean;
  /** The batch as the model takes it. Throws where it does not fit. */
  fit(batch: Batch): Batch;
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
    const isWanted = outputs.names.length > 0;
    return {
      x: this.inputsOf(x, inputs),
      y: y === undefined || !isWanted ? [] : this.listOf(y, outputs, 'output'),
      weights: sampleWeight === undefined || !isWanted ? [] : this.weightsOf(sampleWeight),
    };
  }

  fit(batch: Batch): Batch {
    return this.layout.fit(batch);
  }

  private weightsOf(value: ExampleValue): readonly HostTensor[] {
    const { outputs } = this.layout;
    if (!isHostTensor(value)) return this.listOf(value, outputs, 'output');
    const weights = entering(value, this.subject);
    return outputs.names.map(() => weights);
  }

  private inputsOf(value: ExampleValue, layout: Arrangement): readonly AnyHostTensor[] {
    const { takesAll } = this.layout;
    return this.tensorsOf(value, layout, 'input').map((tensor, i) =>
      takesAll(i) ? tensor : entering(tensor, `${this.subject}, input "${layout.names[i]}"`),
    );
  }

  private listOf(value: ExampleValue, layout: Arrangement, what: string): readonly HostTensor[] {
    return this.tensorsOf(value, layout, what).map((tensor, i) =>
      entering(tensor, `${this.subject}, ${what} "${layout.names[i]}"`),
    );
  }

  private tensorsOf(value: ExampleValue, layout: Arrangement, what: string): readonly AnyHostTensor[] {
    const list = arrange(value, layout);
    if (list?.every(isHostTensor) === true) return list;
    throw dataInvalid(
      this.subject,
      `expected a host tensor for each ${what} (${layout.names.map((name) => `"${name}"`).join(', ')}), got ${flatten<unknown>(value).filter(isHostTensor).length}`,
      'give one tensor, a list in order, or a record by name',
    );
  }
}

function describe(value: unknown): string {
  if (value === null || typeof value !== 'object') return String(value);
  return isHostTensor(value) ? 'a tensor' : `{ ${Object.keys(value).join(', ')} }`;
}
