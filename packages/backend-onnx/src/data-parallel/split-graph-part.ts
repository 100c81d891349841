// A graph that runs as several at once, each on its share of the batch: all but the last on threads of their own, and the last on
// this one, which would only wait. Shares of inputs and outputs are views of the same memory; summands are added up.
import { HostTensor, type TypedArray } from '@lamella/program';
import type { GraphPart } from '../graph-part.js';
import type { BatchSplit } from './split-batch.js';
import { shareOf, type Placement } from './split-rules.js';

/** See the head of this file. In place of a {@link GraphPart}. */
export class SplitGraphPart {
  /** The views of each tensor that was cut, share by share. */
  private readonly views = new WeakMap<HostTensor, readonly HostTensor[]>();
  /** By output, what shares compute that have no part of it for themselves. */
  private readonly scratch = new Map<number, readonly HostTensor[]>();

  /** `part` computes one share. */
  constructor(
    private readonly split: BatchSplit,
    private readonly part: GraphPart,
  ) {}

  /** Runs once. Throws: RUN_FAILED. */
  async run(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): Promise<void> {
    const { split, part } = this;
    const given = inputs.map((input, i) => this.sharesOf(input, split.inputs[i]!));
    const wanted = outputs.map((output, i) => this.targetsOf(output, i));
    const share = (tensors: readonly (readonly HostTensor[])[], index: number): HostTensor[] =>
      tensors.map((shares) => shares[index]!);
    const last = split.shares - 1;
    const aside = Array.from({ length: last }, (_, i) => part.runAside(share(given, i), share(wanted, i)));
    // All end before this does, whether they fail or not: what they use may be freed then.
    const here = part.run(share(given, last), share(wanted, last));
    const ended = await Promise.allSettled([here, ...aside]);
    for (const end of ended) if (end.status === 'rejected') throw end.reason;
    outputs.forEach((output, i) => {
      if (split.outputs[i] === 'summand')
        for (const other of wanted[i]!.slice(1)) addTo(output.data, other.data);
    });
  }

  dispose(): void {
    this.part.dispose();
  }

  private sharesOf(tensor: HostTensor, placement: Placement): readonly HostTensor[] {
    if (placement !== 'rows') return Array.from({ length: this.split.shares }, () => tensor);
    const known = this.views.get(tensor);
    if (known !== undefined) return known;
    const views = cut(tensor, this.split.shares);
    this.views.set(tensor, views);
    return views;
  }

  /** Where each share writes an output: the first what is not cut into the output itself. */
  private targetsOf(output: HostTensor, index: number): readonly HostTensor[] {
    if (this.split.outputs[index] === 'rows') return this.sharesOf(output, 'rows');
    const scratch = this.scratch.get(index) ?? this.makeScratch(output, index);
    return [output, ...scratch];
  }

  private makeScratch({ shape, dtype }: HostTensor, index: number): readonly HostTensor[] {
    const made = Array.from({ length: this.split.shares - 1 }, () => HostTensor.zeros(shape, dtype));
    this.scratch.set(index, made);
    return made;
  }
}

function cut({ data, shape, dtype }: HostTensor, shares: number): HostTensor[] {
  const size = data.length / shares;
  return Array.from(
    { length: shares },
    (_, i) => new HostTensor(data.subarray(i * size, (i + 1) * size), shareOf(shape, shares), dtype),
  );
}

function addTo(sum: TypedArray, summand: TypedArray): void {
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + summand[i]!;
}
