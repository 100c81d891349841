// A Runner: a captured Program on a backend, with the weights behind its state inputs and buffers for its outputs. It moves
// weights that lie elsewhere to the backend. Not here: how updates reach the weights, which the backend sees to; what a pass
// over data has of its own (pass.ts).
import {
  indexUses,
  isOpenProgram,
  requirePresent,
  type HostTensor,
  type IndexUse,
  type OpenProgram,
  type Program,
  type StateSlot,
} from '@lamella/program';
import type { Backend, Executable, RunKey } from './backend.js';
import type { Buffer, BufferType } from './buffer.js';
import { checkIndices } from './check-indices.js';
import { hostDType, runPlaces } from './check-run.js';
import { hostBuffer } from './host-buffer.js';
import { sameItems } from './same-items.js';
import type { Pass, RunOutput, RunPlace } from './pass.js';
import { runnableOn } from './runnable-on.js';
import { queueRun, type Owner } from './run-queue.js';
import type { Weight } from './weight.js';

/** A Program, perhaps with an open batch, and the cells behind its state inputs. */
export interface Runnable {
  readonly program: Program | OpenProgram;
  readonly slots: readonly StateSlot[];
}

/** One call of {@link Runner.run}, which may have to take its turn more than once. */
interface Run<T> {
  readonly args: readonly HostTensor[];
  readonly key: RunKey;
  readonly pass: Pass | undefined;
  readonly use: ((values: readonly HostTensor[]) => T) | undefined;
}

/** What is known of the Program at one size of its batch; `batch` is undefined where it is not open. */
interface Size {
  readonly batch: number | undefined;
  /** Which arguments are indices, and what they are called. */
  readonly indices: readonly IndexUse[];
  readonly argNames: readonly string[];
  readonly outputs: readonly (Omit<RunOutput, 'buffer'> & { readonly held: BufferType })[];
}

/** That a run must wait for the turns of these owners too: weights lie there. */
class Elsewhere {
  constructor(readonly owners: readonly Owner[]) {}
}

/** A compiled Program with weights behind its state. Runs on one backend queue up, of whichever Runner they are. */
export class Runner {
  /** The backend that the Program runs on. */
  readonly backend: Backend;
  private readonly program: Program | OpenProgram;
  /** For runs of no pass. */
  private readonly alone: RunPlace;
  private args: readonly HostTensor[] = [];
  private argBuffers: readonly Buffer[] = [];
  private size: Size | undefined;

  private constructor(
    private readonly executable: Executable,
    { program, slots }: Runnable,
    /** As it was captured, whose outputs may have dtypes that the backend lacks. */
    private readonly captured: Program | OpenProgram,
  ) {
    this.backend = executable.backend;
    this.program = program;
    this.alone = { weights: slots as readonly Weight[], size: undefined, outputs: [], buffers: [] };
  }

  /** Compiles what was captured, whose slots must be weights. */
  static async create(backend: Backend, captured: Runnable): Promise<Runner> {
    const program = runnableOn(captured.program, backend);
    return new Runner(await backend.compile(program), { ...captured, program }, captured.program);
  }

  /** The outputs that are no updates, in order, as the last run of no pass left them; the next run overwrites them. */
  get outputs(): readonly RunOutput[] {
    return this.alone.outputs;
  }

  /**
   * Runs once on the arguments, in order, after the backend's earlier runs; the outputs are those of `pass`, where given.
   * Throws INDEX_OUT_OF_RANGE, SHAPE_MISMATCH for arguments whose values are gone, and what the backend throws; the weights are then as before.
   */
  run(args: readonly HostTensor[], key: RunKey, pass?: Pass): Promise<void> {
    return this.inTurn<undefined>({ args, key, pass, use: undefined }, this.owners());
  }

  /** As {@link run}; `use` gets the outputs' values before another run can change them, and must copy what it keeps. */
  compute<T>(
    args: readonly HostTensor[],
    key: RunKey,
    use: (values: readonly HostTensor[]) => T,
  ): Promise<T> {
    return this.inTurn({ args, key, pass: undefined, use }, this.owners()) as Promise<T>;
  }

  /** Frees what the backend holds, after the runs that wait for their turn. */
  dispose(): void {
    void queueRun([this.backend], async () => {
      this.executable.dispose();
      for (const buffer of this.alone.buffers) buffer.dispose();
    });
  }

  /** Whose turns a run waits for: its backend's, and those of owners that weights are to be moved from. */
  private owners(): readonly Owner[] {
    const { backend, alone } = this;
    const away = alone.weights.filter(
      ({ buffer, startsAt }) => buffer.backend !== backend && startsAt === undefined,
    );
    if (away.length === 0) return [backend];
    return [...new Set<Owner>([backend, ...away.map(({ buffer }) => buffer.backend)])];
  }

  /** Other runs may have moved weights meanwhile: then this one waits for the turns of where they lie as well. */
  private async inTurn<T>(run: Run<T>, owners: readonly Owner[]): Promise<T | undefined> {
    const done = await queueRun(owners, () => this.runNow(run, owners));
    return done instanceof Elsewhere ? this.inTurn(run, [...owners, ...done.owners]) : done;
  }

  private async runNow<T>(run: Run<T>, owners: readonly Owner[]): Promise<T | Elsewhere | undefined> {
    const { args, key, pass, use } = run;
    const { backend, alone } = this;
    const found = pass === undefined ? alone : pass.placeOf(this, alone.weights);
    const place = found instanceof Promise ? await found : found;
    const { weights } = place;
    const away = weights.filter(({ buffer }) => buffer.backend !== backend);
    if (away.length > 0) {
      const others = new Set<Owner>(away.map(({ buffer }) => buffer.backend));
      for (const owner of owners) others.delete(owner);
      if (others.size > 0) return new Elsewhere([...others]);
      for (const weight of away) await weight.moveTo(backend);
    }
    if (!sameItems(this.args, args)) {
      this.args = [...args];
      this.argBuffers = args.map(hostBuffer);
    }
    const inputs = [...this.argBuffers];
    for (const { buffer } of weights) inputs.push(buffer);
    const { indices, argNames } = this.makeOutputs(args, place, pass);
    for (let i = 0; i < args.length; i++)
      if (args[i]!.data.length === 0) requirePresent(args[i]!, `Input "${argNames[i]}"`);
    checkIndices(indices, args, argNames);
    await this.executable.run(inputs, place.buffers, key);
    if (use === undefined) return undefined;
    const values = await Promise.all(place.outputs.map(({ buffer }) => buffer.read()));
    return use(values.map((value, i) => value.cast(place.outputs[i]!.dtype)));
  }

  /** Outputs of the size that the arguments ask for, where they are not there yet. */
  private makeOutputs([first]: readonly HostTensor[], place: RunPlace, pass: Pass | undefined): Size {
    const batch = isOpenProgram(this.program) ? first?.shape[0] : undefined;
    const isKnown = this.size !== undefined && this.size.batch === batch;
    const size = isKnown ? this.size! : (this.size = this.sizeFor(batch));
    if (place.size === size) return size;
    if (pass === undefined) for (const buffer of place.buffers) buffer.dispose();
    place.size = size;
    place.outputs = size.outputs.map(({ name, dtype, held }) => ({
      name,
      dtype,
      buffer: this.backend.buffer(held),
    }));
    place.buffers = place.outputs.map(({ buffer }) => buffer);
    pass?.keep(place.buffers);
    return size;
  }

  private sizeFor(batch: number | undefined): Size {
    const at = (program: Program | OpenProgram): Program =>
      isOpenProgram(program) ? program.at(batch ?? 0) : program;
    const [sized, declared] = [at(this.program), at(this.captured)];
    const outputs = runPlaces(sized).outputs.map((place) => {
      const { id, name } = sized.outputs[place]!;
      const subject = `Output "${name}"`;
      const type = sized.type(id);
      return {
        name,
        dtype: hostDType(declared.type(declared.outputs[place]!.id), subject),
        held: { shape: type.shape, dtype: hostDType(type, subject) },
      };
    });
    const argNames = sized.inputs.flatMap(({ kind, name }) => (kind === 'argument' ? [name] : []));
    return { batch, indices: indexUses(sized), argNames, outputs };
  }
}
