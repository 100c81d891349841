// A Program in two compiled forms: the second has the values of weights built in that it does not update. It is made once they
// have stayed the same for some runs, and dropped when they change. Which, and whether that is worth it: worth-freezing.ts.
import {
  isHostBuffer,
  type Backend,
  type Buffer,
  type Executable,
  type HostBuffer,
  type RunKey,
} from '@lamella/core';
import type { Program } from '@lamella/program';
import type { FrozenInputs } from './frozen-inputs.js';

/** Runs with unchanged weights after which compiling again is expected to pay. */
const worthwhile = 16;

/** When weights are built in. */
export interface Patience {
  /** The first run that has them built in: how many there were with unchanged weights, it included. */
  readonly run: number;
  /** After weights that were built in have changed, `ran` runs later. */
  next(ran: number): Patience;
}

/** For predictions, between which somebody may train. */
export const onceUnchanged: Patience = { run: worthwhile, next: () => onceUnchanged };

const never: Patience = { run: Infinity, next: () => never };

/**
 * For steps that train other weights: at once, as a training that is resumed must compute the same bits; and no more once
 * they turn out to change all the time.
 */
export const atOnce: Patience = { run: 1, next: (ran) => (ran < worthwhile ? never : atOnce) };

/** Compiles the Program with values built in. */
export type CompileFrozen = (values: FrozenInputs) => Promise<Executable>;

/** See the head of this file. */
export class FreezingExecutable implements Executable {
  /** By the place among what a run is given, the place among the Program's inputs. */
  private readonly states: ReadonlyMap<number, number>;
  /** The buffers of the last run, and the sum of their versions. */
  private readonly seen: (Buffer | undefined)[] = [];
  private version = NaN;
  private runs = 0;
  private frozen: Executable | undefined;
  private ordinary: Executable | undefined;

  /** `states` are the inputs that may be built in. */
  constructor(
    readonly backend: Backend,
    program: Program,
    states: readonly number[],
    private readonly compile: CompileFrozen,
    private patience: Patience,
  ) {
    const given = program.inputs.map((_, i) => i).filter((i) => program.inputs[i]!.kind !== 'random');
    const lasting = new Set(states);
    this.states = new Map(
      given.flatMap((index, place) => (lasting.has(index) ? [[place, index] as const] : [])),
    );
  }

  /** Compiles the form that is needed first, where that needs no values. */
  async prepare(): Promise<this> {
    if (this.patience.run > 1) await this.compileOrdinary();
    return this;
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
      if (this.frozen !== undefined) this.patience = this.patience.next(this.runs);
      this.dropFrozen();
      this.version = version;
      this.runs = 0;
    }
    this.runs++;
    const isDue = this.runs === this.patience.run && !Number.isNaN(version);
    if (this.frozen === undefined && isDue) await this.build(inputs);
    return (this.frozen ?? this.ordinary ?? (await this.compileOrdinary())).run(inputs, outputs, key);
  }

  dispose(): void {
    this.dropFrozen();
    this.ordinary?.dispose();
  }

  private async compileOrdinary(): Promise<Executable> {
    return (this.ordinary ??= await this.compile(new Map()));
  }

  private async build(inputs: readonly Buffer[]): Promise<void> {
    const values = new Map(
      [...this.states].map(([place, index]) => [index, (inputs[place] as HostBuffer).memory]),
    );
    // Memory, say, may not suffice for the weights twice. The ordinary form goes on.
    this.frozen = await this.compile(values).catch(() => undefined);
  }

  private dropFrozen(): void {
    this.frozen?.dispose();
    this.frozen = undefined;
  }
}

/** What is no buffer of ours counts as changed each time. */
function versionOf(buffer: Buffer | undefined): number {
  return isHostBuffer(buffer) ? buffer.version : NaN;
}
