// A Runner: a captured Program on a backend, with the weights behind its state inputs and buffers for its outputs. It moves
// weights that lie elsewhere to the backend. Not here: how updates reach the weights; the backend sees to that.
import {
  indexUses,
  isOpenProgram,
  type HostTensor,
  type IndexUse,
  type NumberDType,
  type OpenProgram,
  type Program,
  type StateSlot,
} from '@lamella/program';
import type { Backend, Executable, RunKey } from './backend.js';
import type { Buffer } from './buffer.js';
import { checkIndices } from './check-indices.js';
import { hostDType, runPlaces } from './check-run.js';
import { hostBuffer } from './host-buffer.js';
import { sameItems } from './same-items.js';
import { runnableOn } from './runnable-on.js';
import { queueRun } from './run-queue.js';
import type { Weight } from './weight.js';

/** A Program, perhaps with an open batch, and the cells behind its state inputs. */
export interface Runnable {
  readonly program: Program | OpenProgram;
  readonly slots: readonly StateSlot[];
}

/** An output of the last run. */
export interface RunOutput {
  readonly name: string;
  readonly buffer: Buffer;
  /** What its values are; the buffer may hold them in a wider dtype. */
  readonly dtype: NumberDType;
}

/** A compiled Program with weights behind its state. Runs on one backend queue up, of whichever Runner they are. */
export class Runner {
  /** The backend that the Program runs on. */
  readonly backend: Backend;
  private readonly program: Program | OpenProgram;
  private readonly weights: readonly Weight[];
  private args: readonly HostTensor[] = [];
  private argBuffers: readonly Buffer[] = [];
  /** Of the last run; `batch` is undefined where it is not open. */
  private last: { readonly batch: number | undefined; readonly outputs: readonly RunOutput[] } | undefined;
  private lastBuffers: readonly Buffer[] = [];
  /** Which arguments are indices, and what they are called. */
  private indices: readonly IndexUse[] = [];
  private argNames: readonly string[] = [];

  private constructor(
    private readonly executable: Executable,
    { program, slots }: Runnable,
    /** As it was captured, whose outputs may have dtypes that the backend lacks. */
    private readonly captured: Program | OpenProgram,
  ) {
    this.backend = executable.backend;
    this.program = program;
    this.weights = slots as readonly Weight[];
  }

  /** Compiles what was captured, whose slots must be weights. */
  static async create(backend: Backend, captured: Runnable): Promise<Runner> {
    const program = runnableOn(captured.program, backend);
    return new Runner(await backend.compile(program), { ...captured, program }, captured.program);
  }

  /** The outputs that are no updates, in order, as the last run left them; the next run overwrites them. */
  get outputs(): readonly RunOutput[] {
    return this.last?.outputs ?? [];
  }

  /**
   * Runs once on the arguments, in order, after the backend's earlier runs.
   * Throws INDEX_OUT_OF_RANGE, and what the backend throws; the weights are then as before.
   */
  run(args: readonly HostTensor[], key: RunKey): Promise<void> {
    return queueRun(this.backend, () => this.runNow(args, key));
  }

  /** As {@link run}; `use` gets the outputs' values before another run can change them, and must copy what it keeps. */
  compute<T>(
    args: readonly HostTensor[],
    key: RunKey,
    use: (values: readonly HostTensor[]) => T,
  ): Promise<T> {
    return queueRun(this.backend, async () => {
      await this.runNow(args, key);
      return use(
        await Promise.all(this.outputs.map(async ({ buffer, dtype }) => (await buffer.read()).cast(dtype))),
      );
    });
  }

  /** Frees what the backend holds, after the runs that wait for their turn. */
  dispose(): void {
    void queueRun(this.backend, async () => {
      this.executable.dispose();
      for (const buffer of this.lastBuffers) buffer.dispose();
    });
  }

  private async runNow(args: readonly HostTensor[], key: RunKey): Promise<void> {
    const { backend, weights } = this;
    if (!sameItems(this.args, args)) {
      this.args = [...args];
      this.argBuffers = args.map(hostBuffer);
    }
    const inputs = [...this.argBuffers];
    for (const weight of weights) {
      if (weight.buffer.backend !== backend) await weight.moveTo(backend);
      inputs.push(weight.buffer);
    }
    const outputs = this.outputBuffers(args);
    checkIndices(this.indices, args, this.argNames);
    await this.executable.run(inputs, outputs, key);
  }

  private outputBuffers(args: readonly HostTensor[]): readonly Buffer[] {
    const { program, last } = this;
    const batch = isOpenProgram(program) ? args[0]?.shape[0] : undefined;
    if (last !== undefined && last.batch === batch) return this.lastBuffers;
    for (const buffer of this.lastBuffers) buffer.dispose();
    const sized = isOpenProgram(program) ? program.at(batch ?? 0) : program;
    this.indices = indexUses(sized);
    this.argNames = sized.inputs.filter(({ kind }) => kind === 'argument').map(({ name }) => name);
    const { captured } = this;
    const declared = isOpenProgram(captured) ? captured.at(batch ?? 0) : captured;
    const outputs = runPlaces(sized).outputs.map((place): RunOutput => {
      const { id, name } = sized.outputs[place]!;
      const subject = `Output "${name}"`;
      const { shape } = sized.type(id);
      const buffer = this.backend.buffer({ shape, dtype: hostDType(sized.type(id), subject) });
      return { name, buffer, dtype: hostDType(declared.type(declared.outputs[place]!.id), subject) };
    });
    this.last = { batch, outputs };
    return (this.lastBuffers = outputs.map(({ buffer }) => buffer));
  }
}
