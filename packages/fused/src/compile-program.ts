// A whole Program as one call: its kernels become loops, the loops one WebAssembly function, or closures in plain JavaScript
// that give the same bits. Not here: which Programs, or parts of them, are worth it; that is the backend's to say.
import {
  bytesPerElement,
  computeDType,
  dtypeMismatch,
  formatShape,
  programInvalid,
  sameShape,
  shapeMismatch,
  type HostTensor,
  type Program,
} from '@lamella/program';
import { bufferForeign, buffersOverlap, executableDisposed } from './errors.js';
import { hasSimd, instantiateLoops, type LoopRunner } from './generate/loop-module.js';
import { memoryViews, plainLoop } from './generate/plain-loop.js';
import { inPlacePairs, type MayReplace } from './graph/in-place.js';
import { planProgram, type Plan } from './graph/plan.js';
import { type Arena, type Block, sharedArena } from './memory/arena.js';

/** How loops run: WebAssembly vectors, or plain JavaScript. */
export type Path = 'simd' | 'plain';

/** What {@link compileProgram} takes beside the Program. */
export interface CompileOptions {
  /** Where everything lies; by default the process's own. */
  readonly arena?: Arena;
  /** By default `simd` where the engine and the arena have it. */
  readonly path?: Path;
}

/** Buffers that a compiled Program was given, ready to run. */
export interface BoundProgram {
  /** Runs once, reading the inputs and writing the outputs. Throws: EXECUTABLE_DISPOSED. */
  run(): void;
  dispose(): void;
}

/** A compiled Program. Runs of one are not concurrent: it has one set of intermediate buffers. */
export interface FusedProgram {
  readonly program: Program;
  readonly path: Path;
  /** How many loops a run consists of. */
  readonly loops: number;
  /** The bytes that intermediate values and constants take. */
  readonly scratchBytes: number;
  /**
   * Whether an output and an input, by their numbers, may be bound to the same memory, which then holds the new value after a
   * run. Where the Program declares such a pair as an update, it needs no second buffer.
   */
  readonly mayReplace: MayReplace;
  /**
   * Fixes the buffers of runs: one tensor of the arena for each input and output of the Program. An output may lie where
   * an input lies if {@link mayReplace} says so. Costs some microseconds; bind once for each set of buffers.
   * Throws: SHAPE_MISMATCH, DTYPE_MISMATCH, BUFFER_FOREIGN, BUFFERS_OVERLAP, EXECUTABLE_DISPOSED.
   */
  bind(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): BoundProgram;
  /** Frees what it holds of the arena, as happens also when it is collected. */
  dispose(): void;
}

/**
 * Compiles a Program all of whose nodes {@link supports} accepts.
 * Throws: KERNEL_UNSUPPORTED, ARENA_FULL.
 *
 * @example
 * const { program } = capture((x, y) => tf.mul(tf.add(x, y), 2), [
 *   { name: 'x', shape: [3], dtype: 'float32' },
 *   { name: 'y', shape: [3], dtype: 'float32' },
 * ]);
 * const arena = createArena({ bytes: 65536 });
 * const fused = await compileProgram(program, { arena });
 * const [x, y] = [arena.tensor([3]), arena.tensor([3])];
 * x.data.set([1, 2, 3]);
 * y.data.set([4, 5, 6]);
 * fused.bind([x, y], [x]).run(); // the sum takes the place of x
 * x.array(); // [10, 14, 18]
 */
export async function compileProgram(program: Program, options: CompileOptions = {}): Promise<FusedProgram> {
  const { arena = sharedArena() } = options;
  const { memory } = arena;
  const plan = planProgram(program);
  const path = options.path ?? (memory !== undefined && hasSimd() ? 'simd' : 'plain');
  const run =
    path === 'simd' && memory !== undefined ? await simdRunner(plan, memory) : plainRunner(plan, arena);
  return new Compiled(program, path, plan, arena, run);
}

async function simdRunner(plan: Plan, memory: WebAssembly.Memory): Promise<LoopRunner> {
  return (await instantiateLoops({ run: plan.loops }, memory)).run;
}

function plainRunner(plan: Plan, arena: Arena): LoopRunner {
  const views = memoryViews(arena.buffer);
  const loops = plan.loops.map(plainLoop);
  return (table) => {
    const addresses = new Uint32Array(arena.buffer, table, plan.buffers);
    for (const loop of loops) loop(views, addresses);
  };
}

class Compiled implements FusedProgram {
  readonly loops: number;
  readonly scratchBytes: number;
  readonly mayReplace: MayReplace;
  private readonly block: Block;
  private isDisposed = false;

  constructor(
    readonly program: Program,
    readonly path: Path,
    private readonly plan: Plan,
    private readonly arena: Arena,
    private readonly runner: LoopRunner,
  ) {
    this.loops = plan.loops.length;
    this.scratchBytes = plan.blockSize;
    this.mayReplace = inPlacePairs(plan.loops, program.inputs.length);
    this.block = arena.allocate(plan.blockSize);
    arena.own(this, this.block);
    for (const { offset, data, dtype } of plan.constants) {
      arena.view(this.block.address + offset, data.length, dtype).set(data as ArrayLike<number>);
    }
  }

  bind(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): BoundProgram {
    this.requireAlive();
    this.checkTensors(inputs, outputs);
    const block = this.arena.allocate(this.plan.buffers * 4);
    const table = new Uint32Array(this.arena.buffer, block.address, this.plan.buffers);
    [...inputs, ...outputs].forEach(({ data }, buffer) => {
      table[buffer] = this.arena.addressOf(data)!;
    });
    for (const [buffer, offset] of this.plan.offsets) table[buffer] = this.block.address + offset;
    // The tensors stay alive, and with them their memory, as long as the binding does.
    let kept: readonly HostTensor[] | undefined = [...inputs, ...outputs];
    const { address } = block;
    const { runner } = this;
    const bound: BoundProgram = {
      run: () => {
        if (kept === undefined || this.isDisposed) this.requireAlive(true);
        runner(address);
      },
      dispose: () => {
        kept = undefined;
        block.free();
      },
    };
    this.arena.own(bound, block);
    return bound;
  }

  dispose(): void {
    this.isDisposed = true;
    this.block.free();
  }

  private requireAlive(isOver = this.isDisposed): void {
    if (isOver) throw executableDisposed('Compiled Program');
  }

  private checkTensors(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): void {
    const { program, arena } = this;
    if (inputs.length !== program.inputs.length || outputs.length !== program.outputs.length) {
      throw programInvalid(
        `expected ${program.inputs.length} inputs and ${program.outputs.length} outputs, got ${inputs.length} and ${outputs.length}`,
      );
    }
    const check = (tensor: HostTensor, name: string, id: number, storage?: string): void => {
      const { shape, dtype } = program.type(id);
      if (!sameShape(tensor.shape, shape))
        throw shapeMismatch(name, `expected ${formatShape(shape)}, got ${formatShape(tensor.shape)}`);
      if (tensor.dtype !== (storage ?? dtype) || computeDType(tensor.dtype) !== dtype)
        throw dtypeMismatch(name, `expected ${storage ?? dtype}, got ${tensor.dtype}`);
      const address = arena.addressOf(tensor.data);
      if (address === undefined || address % bytesPerElement(tensor.dtype) !== 0) throw bufferForeign(name);
    };
    program.inputs.forEach(({ id, name, storage }, i) => check(inputs[i]!, name, id, storage));
    program.outputs.forEach(({ id, name }, i) => check(outputs[i]!, name, id));
    this.checkOverlaps(inputs, outputs);
  }

  private checkOverlaps(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): void {
    const { program } = this;
    const inputsUnder = overlaps(inputs);
    const outputsUnder = overlaps(outputs);
    outputs.forEach((target, output) => {
      for (const input of inputsUnder(target)) {
        const source = inputs[input]!;
        const isExact = target.data.byteOffset === source.data.byteOffset;
        const isSameSize = target.data.byteLength === source.data.byteLength;
        if (isExact && isSameSize && this.mayReplace(output, input)) continue;
        throw buffersOverlap(program.outputs[output]!.name, program.inputs[input]!.name);
      }
      const other = outputsUnder(target).find((index) => index !== output);
      if (other !== undefined)
        throw buffersOverlap(program.outputs[output]!.name, program.outputs[other]!.name);
    });
  }
}

/** Which of these tensors share memory with another one, by their numbers in order. */
function overlaps(tensors: readonly HostTensor[]): (tensor: HostTensor) => number[] {
  const start = ({ data }: HostTensor): number => data.byteOffset;
  const end = ({ data }: HostTensor): number => data.byteOffset + data.byteLength;
  const sorted = [...tensors.keys()].sort((a, b) => start(tensors[a]!) - start(tensors[b]!));
  // How far those up to each one reach at most: several may lie in the same place.
  let reached = 0;
  const reach = sorted.map((index) => (reached = Math.max(reached, end(tensors[index]!))));
  return (tensor) => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (reach[middle]! > start(tensor)) high = middle;
      else low = middle + 1;
    }
    const found: number[] = [];
    for (; low < sorted.length && start(tensors[sorted[low]!]!) < end(tensor); low++)
      if (end(tensors[sorted[low]!]!) > start(tensor)) found.push(sorted[low]!);
    return found.sort((a, b) => a - b);
  };
}
