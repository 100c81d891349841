// A Runner: a captured Program on a backend, with the weights behind its state inputs. It fills the random inputs, gives
// each update memory of its own unless it may take the old value's place, and hands new values to the weights only when
// the whole run has succeeded.
import {
  computeDType,
  fillRandom,
  type Captured,
  type HostTensor,
  type Program,
  type TypedArray,
} from '@lamella/program';
import type { Backend, CompileHints, Executable } from './backend.js';
import { FrozenWeights } from './frozen-weights.js';
import type { Weight } from './weight.js';

/** What a run's random numbers depend on, beside the stream's name. */
export interface RunKey {
  readonly seed: number;
  readonly step: number;
}

/** What is known of a Program beside its weights. */
type Hints = Omit<CompileHints, 'frozen'>;

/** A compiled Program with weights behind its state. Not reentrant: await one run before the next. */
export class Runner {
  private readonly spare: (HostTensor | undefined)[];
  private readonly randoms: (HostTensor | undefined)[];
  private readonly updates: ReadonlyMap<number, number>;
  /** Outputs, and inputs, whose old and new values share memory. */
  private readonly outputsInPlace: ReadonlySet<number>;
  private readonly inputsInPlace: ReadonlySet<number>;
  private readonly slotOfInput: (Weight | undefined)[];
  /** Present where nothing is updated. */
  private readonly frozen: FrozenWeights | undefined;

  private constructor(
    readonly backend: Backend,
    private readonly executable: Executable,
    readonly program: Program,
    slots: readonly Weight[],
    hints: Hints,
  ) {
    let next = 0;
    this.slotOfInput = program.inputs.map((input) => (input.kind === 'state' ? slots[next++] : undefined));
    this.randoms = program.inputs.map((input) =>
      input.kind === 'random'
        ? backend.allocate(program.type(input.id).shape, storage(program, input.id))
        : undefined,
    );
    this.updates = new Map(program.updates.map((update) => [update.output, update.input]));
    this.outputsInPlace = new Set(executable.inPlace?.map((update) => update.output));
    this.inputsInPlace = new Set(executable.inPlace?.map((update) => update.input));
    this.spare = program.outputs.map(() => undefined);
    if (program.updates.length === 0 && executable.worthFreezing === true)
      this.frozen = new FrozenWeights(backend, program, this.slotOfInput, hints);
  }

  /** Compiles `captured`, whose slots must be weights. */
  static async create(backend: Backend, captured: Captured, hints: Hints = {}): Promise<Runner> {
    return new Runner(
      backend,
      await backend.compile(captured.program, hints),
      captured.program,
      captured.slots as readonly Weight[],
      hints,
    );
  }

  /**
   * Runs once on the arguments, in order, and gives the outputs that are no updates, in order.
   * Throws what the backend throws; the weights are then as before.
   */
  async run(
    args: readonly HostTensor[],
    key: RunKey,
    outputs: readonly (HostTensor | undefined)[] = [],
  ): Promise<HostTensor[]> {
    const inputs = this.inputsFor(args, key);
    const targets = this.targetsFor(inputs, outputs);
    const frozen = this.frozen?.executableFor(inputs);
    const executable = (frozen instanceof Promise ? await frozen : frozen) ?? this.executable;
    const results = await executable.run(inputs, targets);
    for (const [output, input] of this.updates)
      this.spare[output] = this.slotOfInput[input]!.exchange(results[output]!);
    return results.filter((_, i) => !this.updates.has(i));
  }

  dispose(): void {
    this.executable.dispose();
    this.frozen?.dispose();
  }

  private inputsFor(args: readonly HostTensor[], key: RunKey): HostTensor[] {
    const { inputs } = this.program;
    const given = new Array<HostTensor>(inputs.length);
    let nextArgument = 0;
    for (let i = 0; i < inputs.length; i++) {
      const { kind } = inputs[i]!;
      if (kind === 'argument') given[i] = args[nextArgument++]!;
      else if (kind === 'state') given[i] = this.stateFor(i);
      else given[i] = this.randomFor(i, key);
    }
    return given;
  }

  private stateFor(index: number): HostTensor {
    const weight = this.slotOfInput[index]!;
    return this.inputsInPlace.has(index) ? this.atHome(weight) : weight.value;
  }

  private randomFor(index: number, key: RunKey): HostTensor {
    const target = this.randoms[index]!;
    const { random } = this.program.inputs[index]!;
    if (this.executable.fillRandom !== undefined) this.executable.fillRandom(random!, key, target.data);
    else fillRandom(random!, key, target.data);
    return target;
  }

  private targetsFor(
    inputs: readonly HostTensor[],
    outputs: readonly (HostTensor | undefined)[],
  ): (HostTensor | undefined)[] {
    const all = this.program.outputs;
    const targets = new Array<HostTensor | undefined>(all.length);
    let nextOutput = 0;
    for (let i = 0; i < all.length; i++) {
      const input = this.updates.get(i);
      if (input === undefined) targets[i] = outputs[nextOutput++];
      else if (this.outputsInPlace.has(i)) targets[i] = inputs[input];
      else targets[i] = this.spare[i] ??= this.allocate(all[i]!.id);
    }
    return targets;
  }

  private allocate(id: number): HostTensor {
    const made = this.backend.allocate(this.program.type(id).shape, storage(this.program, id));
    homes.set(made.data, this.backend);
    return made;
  }

  /** The weight's values, in memory that the backend allocated: they move there when they lie elsewhere. */
  private atHome(weight: Weight): HostTensor {
    const { value } = weight;
    if (homes.get(value.data) === this.backend) return value;
    const moved = this.backend.allocate(value.shape, value.dtype);
    moved.data.set(value.data);
    homes.set(moved.data, this.backend);
    weight.exchange(moved);
    return moved;
  }
}

/** Which backend allocated the memory of a weight. */
const homes = new WeakMap<TypedArray, Backend>();

function storage(program: Program, id: number): 'float32' | 'int32' | 'bool' {
  const { dtype } = program.type(id);
  return dtype === 'complex64' || dtype === 'string' ? 'float32' : computeDType(dtype);
}
