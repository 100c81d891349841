// A Pass: runs that belong together, perhaps between runs of other passes on the same Runners. It has its own place for what
// starts anew with each pass over data, as the state of metrics does, and for outputs. Not here: running (runner.ts).
import { HostTensor, type NumberDType } from '@lamella/program';
import type { Backend } from './backend.js';
import type { Buffer } from './buffer.js';
import { Weight } from './weight.js';

/** An output of the last run. */
export interface RunOutput {
  readonly name: string;
  readonly buffer: Buffer;
  /** What its values are; the buffer may hold them in a wider dtype. */
  readonly dtype: NumberDType;
}

/** What a Runner works on: the weights behind its state, and where its outputs go. */
export interface RunPlace {
  readonly weights: readonly Weight[];
  /** What its outputs are made for. */
  size: object | undefined;
  outputs: readonly RunOutput[];
  /** The outputs' memory, in order. */
  buffers: readonly Buffer[];
}

/** See the head of this file. Each is for one backend. */
export class Pass {
  private readonly cells = new Map<Weight, Weight>();
  /** By the Runner: steps that are compiled no more are not held. */
  private readonly places = new WeakMap<object, RunPlace>();
  private readonly used = new Set<Buffer>();
  private last: RunPlace | undefined;

  /** `start` is what {@link state} of another pass gave: this one goes on from there. */
  constructor(
    private readonly backend: Backend,
    private readonly start: readonly HostTensor[] = [],
  ) {}

  /** Copies of what it has in place of state that starts anew, in the order in which its runs came upon it. */
  async state(): Promise<HostTensor[]> {
    return Promise.all([...this.cells.values()].map(async (cell) => (await cell.values()).clone()));
  }

  /** The outputs of its last run; the next one may overwrite them. */
  get outputs(): readonly RunOutput[] {
    return this.last?.outputs ?? [];
  }

  /** For Runners: where `runner`, whose state is `weights`, works in this pass. */
  placeOf(runner: object, weights: readonly Weight[]): RunPlace | Promise<RunPlace> {
    const known = this.places.get(runner);
    return known === undefined ? this.makePlace(runner, weights) : (this.last = known);
  }

  /** For Runners: memory of outputs, which goes with the pass. */
  keep(buffers: readonly Buffer[]): void {
    for (const buffer of buffers) this.used.add(buffer);
  }

  /** Frees its memory. */
  dispose(): void {
    for (const buffer of this.used) buffer.dispose();
    for (const { buffer } of this.cells.values()) buffer.dispose();
  }

  private async makePlace(runner: object, weights: readonly Weight[]): Promise<RunPlace> {
    const own = await Promise.all(weights.map(async (weight) => this.own(weight)));
    const place: RunPlace = { weights: own, size: undefined, outputs: [], buffers: [] };
    this.places.set(runner, place);
    return (this.last = place);
  }

  private async own(weight: Weight): Promise<Weight> {
    if (weight.startsAt === undefined) return weight;
    const known = this.cells.get(weight);
    if (known !== undefined) return known;
    const value = HostTensor.zeros(weight.shape, weight.dtype);
    const start = this.start[this.cells.size];
    if (start?.size === value.size) value.data.set(start.data);
    else value.data.fill(weight.startsAt);
    const cell = new Weight({ name: weight.name, owner: 'pass', value, trainable: false });
    this.cells.set(weight, cell);
    await cell.moveTo(this.backend);
    return cell;
  }
}
