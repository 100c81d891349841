// A Program that updates nothing, in two compiled forms: the second has the weights' values built in. It is made once the
// weights have stayed the same for some runs, and dropped when they change. Whether that is worth it: worth-freezing.ts.
import { HostBuffer, type Backend, type Buffer, type Executable, type RunKey } from '@lamella/core';
import type { Program } from '@lamella/program';
import type { FrozenInputs } from './frozen-inputs.js';

/** Runs with unchanged weights after which compiling again is expected to pay. */
const patience = 16;

/** See the head of this file. */
export class FreezingExecutable implements Executable {
  /** By the place among what a run is given, the place among the Program's inputs. */
  private readonly states: ReadonlyMap<number, number>;
  /** The buffers of the last run, and the sum of their versions. */
  private readonly seen: (Buffer | undefined)[] = [];
  private version = NaN;
  private runs = 0;
  private frozen: Executable | undefined;

  /** `freeze` compiles the Program with values built in, by the index of the input. */
  constructor(
    program: Program,
    private readonly ordinary: Executable,
    private readonly freeze: (values: FrozenInputs) => Promise<Executable>,
  ) {
    const given = program.inputs.map((_, i) => i).filter((i) => program.inputs[i]!.kind !== 'random');
    this.states = new Map(
      given.flatMap((index, place) => (program.inputs[index]!.kind === 'state' ? [[place, index]] : [])),
    );
  }

  get backend(): Backend {
    return this.ordinary.backend;
  }

  async run(inputs: readonly Buffer[], outputs: readonly Buffer[], key: RunKey): Promise<void> {
    // Versions only grow: equal sums are equal versions, of the same buffers.
    let version = 0;
    let isSame = true;
    for (const place of this.states.keys()) {
      const buffer = inputs[place];
      isSame &&= buffer === this.seen[place];
      this.seen[place] = buffer;
      version += versionOf(buffer);
    }
    if (!isSame || version !== this.version) {
      this.dropFrozen();
      this.version = version;
      this.runs = 0;
    }
    if (this.frozen === undefined && ++this.runs === patience) await this.build(inputs);
    return (this.frozen ?? this.ordinary).run(inputs, outputs, key);
  }

  dispose(): void {
    this.dropFrozen();
    this.ordinary.dispose();
  }

  private async build(inputs: readonly Buffer[]): Promise<void> {
    const values = new Map(
      [...this.states].map(([place, index]) => [index, (inputs[place] as HostBuffer).memory]),
    );
    // Memory, say, may not suffice for the weights twice. The ordinary form goes on.
    this.frozen = await this.freeze(values).catch(() => undefined);
  }

  private dropFrozen(): void {
    this.frozen?.dispose();
    this.frozen = undefined;
  }
}

/** What is no buffer of ours counts as changed each time. */
function versionOf(buffer: Buffer | undefined): number {
  return buffer instanceof HostBuffer ? buffer.version : NaN;
}
