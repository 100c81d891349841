// An Executable on host memory, for backends that compute there: it checks buffers, draws random inputs, gives updates
// memory beside the old values, and exchanges the two when a run has succeeded. Not here: computing anything.
import {
  HostTensor,
  type fillRandom,
  type MakeZeros,
  type Program,
  type ProgramUpdate,
} from '@lamella/program';
import type { Backend, Executable, RunKey } from './backend.js';
import type { Buffer } from './buffer.js';
import { checkRun, runPlaces, type RunPlaces } from './check-run.js';
import { executableDisposed, outputAliased } from './errors.js';
import type { HostBuffer } from './host-buffer.js';
import { RandomInputs } from './random-inputs.js';
import { sameItems } from './same-items.js';

/** What computes a Program in host memory. */
export interface HostComputation {
  /** The updates whose output may lie where their input lies. Absent: none. */
  readonly inPlace?: readonly ProgramUpdate[];
  /** See {@link RandomInputs}. */
  readonly allocate?: MakeZeros;
  readonly fillRandom?: typeof fillRandom;
  /** Writes every output of the Program, in order. A failure leaves the inputs as they were. */
  compute(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): Promise<void> | void;
  /** Once, when no run is under way. */
  dispose?(): void;
}

/** Where an update's next value goes. */
interface Target {
  /** Its state input, among those that a run is given. */
  readonly given: number;
  readonly output: number;
  readonly isInPlace: boolean;
  /** For what is computed in a wider dtype than the buffer's. */
  readonly wide: HostTensor | undefined;
}

/** See the head of this file. */
export class HostExecutable implements Executable {
  private isDisposed = false;
  private readonly places: RunPlaces;
  private readonly targets: readonly Target[];
  private readonly random: RandomInputs;
  /** What runs at present read and write: kept until they end, lest its memory be given to others. */
  private readonly inUse = new Set<readonly HostTensor[]>();
  private checked: readonly (readonly Buffer[])[] = [[], []];

  constructor(
    readonly backend: Backend,
    readonly program: Program,
    private readonly computation: HostComputation,
  ) {
    const { allocate = HostTensor.zeros, fillRandom, inPlace = [] } = computation;
    this.places = runPlaces(program);
    this.random = new RandomInputs(program, { allocate, ...(fillRandom && { fill: fillRandom }) });
    const given = new Map(this.places.inputs.map((place, i) => [place, i]));
    const replaced = new Set(inPlace.map(({ output, input }) => `${output} ${input}`));
    this.targets = program.updates.map(({ output, input }) => {
      const { shape, dtype } = program.type(program.outputs[output]!.id);
      const storage = program.inputs[input]!.storage ?? dtype;
      return {
        given: given.get(input) ?? -1,
        output,
        isInPlace: storage === dtype && replaced.has(`${output} ${input}`),
        wide: storage === dtype ? undefined : allocate(shape, dtype as 'float32'),
      };
    });
  }

  async run(inputs: readonly Buffer[], outputs: readonly Buffer[], key: RunKey): Promise<void> {
    if (this.isDisposed) throw executableDisposed();
    // Buffers that were checked in the run before are not checked again.
    const isKnown = sameItems(this.checked[0]!, inputs) && sameItems(this.checked[1]!, outputs);
    if (!isKnown) checkRun(this.backend, this.program, inputs, outputs, this.places);
    const given = this.memoryOf(inputs as readonly HostBuffer[], key);
    const wanted = this.memoryFor(inputs as readonly HostBuffer[], outputs as readonly HostBuffer[]);
    if (!isKnown) {
      this.checkOverlaps(inputs as readonly HostBuffer[], wanted);
      this.checked = [[...inputs], [...outputs]];
    }
    const used = [...given, ...wanted];
    this.inUse.add(used);
    try {
      const waiting = this.computation.compute(given, wanted);
      if (waiting !== undefined) await waiting;
    } finally {
      this.inUse.delete(used);
      this.freeIfOver();
    }
    this.finish(inputs as readonly HostBuffer[], outputs as readonly HostBuffer[]);
  }

  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    this.freeIfOver();
  }

  private freeIfOver(): void {
    if (this.isDisposed && this.inUse.size === 0) this.computation.dispose?.();
  }

  private memoryOf(inputs: readonly HostBuffer[], key: RunKey): HostTensor[] {
    const all = new Array<HostTensor>(this.program.inputs.length);
    const { inputs: places } = this.places;
    for (let i = 0; i < places.length; i++) all[places[i]!] = inputs[i]!.memory;
    const { places: drawn } = this.random;
    if (drawn.length > 0) {
      const tensors = this.random.draw(key);
      for (let i = 0; i < drawn.length; i++) all[drawn[i]!] = tensors[i]!;
    }
    return all;
  }

  private memoryFor(inputs: readonly HostBuffer[], outputs: readonly HostBuffer[]): HostTensor[] {
    const all = new Array<HostTensor>(this.program.outputs.length);
    const { outputs: places } = this.places;
    for (let i = 0; i < places.length; i++) all[places[i]!] = outputs[i]!.memory;
    for (const { given, output, isInPlace, wide } of this.targets) {
      const buffer = inputs[given]!;
      all[output] = wide ?? (isInPlace ? buffer.memory : buffer.beside);
    }
    return all;
  }

  private finish(inputs: readonly HostBuffer[], outputs: readonly HostBuffer[]): void {
    for (let i = 0; i < outputs.length; i++) outputs[i]!.advance(true);
    for (const { given, isInPlace, wide } of this.targets) {
      const buffer = inputs[given]!;
      if (wide !== undefined) buffer.memory.data.set(wide.data);
      buffer.advance(isInPlace || wide !== undefined);
    }
  }

  /** Plain host memory may be a view of what the run writes. */
  private checkOverlaps(inputs: readonly HostBuffer[], wanted: readonly HostTensor[]): void {
    const plain = inputs.flatMap((buffer, i) => (buffer.backend === null ? [i] : []));
    for (const i of plain) {
      const output = wanted.findIndex((target) => overlaps(target, inputs[i]!.memory));
      if (output === -1) continue;
      const { name } = this.program.inputs[this.places.inputs[i]!]!;
      throw outputAliased(`Output "${this.program.outputs[output]!.name}"`, `input "${name}"`);
    }
  }
}

function overlaps({ data: a }: HostTensor, { data: b }: HostTensor): boolean {
  return (
    a.buffer === b.buffer &&
    a.byteOffset < b.byteOffset + b.byteLength &&
    b.byteOffset < a.byteOffset + a.byteLength
  );
}
