// The functions of which inference steps are Programs, their batch left open, so that backends can tell which Programs belong
// together. Not here: the compiled steps themselves (step-cache.ts).
import type { OpenBatch } from '@lamella/core';
import type { HostTensor, Program, Shape, StorageDType } from '@lamella/program';

/** Of a tensor, what a step is compiled for. */
export interface Layout {
  readonly shape: Shape;
  readonly dtype: StorageDType;
}

/** Sentences, say, come in many lengths: each is a function of its own. */
const mostKept = 8;

/** One function for each layout of the inputs, their rows apart. */
export class OpenBatches {
  /** The least recently used first. */
  private readonly known = new Map<string, OpenBatch>();

  constructor(private readonly programFor: (inputs: readonly Layout[]) => Program) {}

  /** The function for these inputs; undefined where they have not all as many rows. */
  of(inputs: readonly HostTensor[]): OpenBatch | undefined {
    const rows = inputs[0]?.shape[0];
    if (rows === undefined || inputs.some(({ shape }) => shape[0] !== rows)) return undefined;
    const layouts = inputs.map(({ shape, dtype }): Layout => ({ shape: shape.slice(1), dtype }));
    const key = JSON.stringify(layouts);
    const found = this.known.get(key) ?? this.open(layouts);
    this.known.delete(key);
    this.known.set(key, found);
    if (this.known.size > mostKept) this.known.delete(this.known.keys().next().value!);
    return found;
  }

  clear(): void {
    this.known.clear();
  }

  private open(layouts: readonly Layout[]): OpenBatch {
    const at = (batch: number): Program =>
      this.programFor(layouts.map(({ shape, dtype }) => ({ shape: [batch, ...shape], dtype })));
    return { at };
  }
}
