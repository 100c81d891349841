// The onnx backend: compiles a Program into an ONNX graph, which ONNX Runtime runs, and WebAssembly loops.
import {
  ExecutableBySize,
  HostBuffer,
  hostDType,
  HostExecutable,
  optionInvalid,
  type Backend,
  type BufferType,
  type Executable,
  checkOptionNames,
  type LoweringTable,
  type OptionNames,
} from '@lamella/core';
import { compileProgram, randomFill, type RandomFill } from '@lamella/fused';
import { isOpenProgram, requireDTypes, requireRoom, type OpenProgram, type Program } from '@lamella/program';
import { arenaZeros } from './arena-zeros.js';
import { sessionFailed } from './errors.js';
import { atOnce, FreezingExecutable, onceUnchanged } from './freezing-executable.js';
import { withConstants, withInputsOf, type FrozenInputs } from './frozen-inputs.js';
import { graphDTypes } from './graph-dtypes.js';
import { GraphPart, sessionOutputs } from './graph-part.js';
import { LoopsPart } from './loops-part.js';
import { OnnxComputation, type GraphRunner } from './onnx-computation.js';
import { lowerProgram, type LoweredProgram } from './lower-program.js';
import type { Lowerings } from './lowering/index.js';
import { loweringsFor } from './onnx-lowerings.js';
import { OpenGraph, type CreateSession } from './open-graph.js';
import { partition, type Partition } from './partition.js';
import { fuseBias } from './passes/fuse-bias.js';
import { cropConvolutions } from './passes/crop-convolutions.js';
import { prepareProgram } from './passes/prepare-program.js';
import { sumRows } from './passes/sum-rows.js';
import { suitsOneThread } from './small-work.js';
import { splitForThreads } from './data-parallel/split-batch.js';
import { SplitGraphPart } from './data-parallel/split-graph-part.js';
import { loadRuntime, type WasmPaths } from './runtime/load-runtime.js';
import type { RuntimeName, SessionPlan } from './runtime/runtime.js';
import { isWorthFreezing, lastingStates, worthFreezing } from './worth-freezing.js';

export interface OnnxOptions {
  /**
   * `native` is the library of this platform; `wasm` is onnxruntime-web, which needs nothing but WebAssembly with SIMD.
   * Default: native where it loads, else wasm.
   */
  readonly runtime?: RuntimeName;
  /**
   * How many threads one operator may use. Default: as many as the machine has cores on the native runtime, but one where
   * there is little to compute; one on wasm.
   * There the backend that is used first decides for the process, and a page that is not cross-origin isolated has one.
   */
  readonly threads?: number;
  /**
   * Where a browser finds `ort-wasm-simd-threaded.wasm` and `.mjs` of onnxruntime-web: the URL of their folder, or of each.
   * Default: `.wasm` beside the bundle, and with threads both beside the page. The backend that is used first decides for the process.
   */
  readonly wasmPaths?: WasmPaths;
  /**
   * Whether idle threads of ONNX Runtime wait by spinning: `true` for as long as it likes, which suits machines with nothing
   * else to do; `false` never. Default: for the time from one operator to the next, and then they sleep.
   */
  readonly spinning?: boolean;
  /**
   * Whether a Program for which a call of ONNX Runtime would take longer than its arithmetic may run as WebAssembly loops
   * altogether. Default: true.
   */
  readonly smallWork?: boolean;
}

const onnxNames: OptionNames<OnnxOptions> = {
  runtime: true,
  threads: true,
  wasmPaths: true,
  spinning: true,
  smallWork: true,
};

/** The onnx backend; see {@link onnx}. */
export interface OnnxBackend extends Backend {
  /** Whether a runtime that it may use loads here. */
  isAvailable(): Promise<boolean>;
  /** The runtime that it uses, which is loaded for that. Throws: BACKEND_UNAVAILABLE. */
  runtime(): Promise<RuntimeName>;
  /** What it runs on, in one line: `onnx: ONNX Runtime 1.30.0, native, 8 threads`. Loads it. Throws: BACKEND_UNAVAILABLE. */
  describe(): Promise<string>;
}

const backends = new Map<string, OnnxBackend>();

/**
 * The backend that runs Programs with ONNX Runtime; the same one for the same options.
 * ONNX Runtime is loaded when the first Program is compiled. Throws then: BACKEND_UNAVAILABLE; at once: OPTION_INVALID.
 */
export function onnx(options: OnnxOptions = {}): OnnxBackend {
  checkOptionNames('onnx()', options, onnxNames);
  const { runtime, threads, wasmPaths, spinning, smallWork = true } = options;
  if (runtime !== undefined && runtime !== 'native' && runtime !== 'wasm')
    throw optionInvalid('onnx()', 'runtime', '"native" or "wasm"', runtime);
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0))
    throw optionInvalid('onnx()', 'threads', 'a positive whole number', threads);
  const key = JSON.stringify([runtime, threads, wasmPaths, spinning, smallWork]);
  const backend = backends.get(key) ?? new OnnxRuntimeBackend(options);
  backends.set(key, backend);
  return backend;
}

/** What {@link loadOnnx} takes. */
export interface LoadOnnxOptions extends Pick<OnnxOptions, 'runtime' | 'threads' | 'wasmPaths'> {
  /**
   * Imports onnxruntime-web: `() => import('onnxruntime-web/wasm')`. Pages say this once, so that no bundle holds what is not asked
   * for. Default: in Node that package, where it is installed.
   */
  readonly wasm?: () => Promise<unknown>;
}

/** Loads ONNX Runtime, which all backends of the process then use; to choose a backend by what is there, and in pages. Throws: BACKEND_UNAVAILABLE. */
export async function loadOnnx(options: LoadOnnxOptions = {}): Promise<void> {
  await loadRuntime(options);
}

let filler: Promise<RandomFill> | undefined;

/** The loops that fill random inputs, the same ones for all. Throws: ARENA_FULL. */
function randomLoops(): Promise<RandomFill> {
  filler ??= randomFill().catch((error: unknown) => {
    filler = undefined;
    throw error;
  });
  return filler;
}

class OnnxRuntimeBackend implements OnnxBackend {
  readonly name = graphDTypes.name;
  readonly computes = graphDTypes.computes;

  private readonly variants: OnnxRuntimeBackend[] = [];

  constructor(
    private readonly options: OnnxOptions,
    private readonly lowerings?: Lowerings,
  ) {}

  /** The same one for the same lowerings, as {@link onnx} gives for the same options: weights need not move then. */
  withLowerings(table: LoweringTable): OnnxRuntimeBackend {
    const given = loweringsFor(table);
    if (given === undefined || sameEntries(given, this.lowerings ?? {})) return this;
    const known = this.variants.find(({ lowerings = {} }) => sameEntries(given, lowerings));
    if (known !== undefined) return known;
    const made = new OnnxRuntimeBackend(this.options, given);
    this.variants.push(made);
    return made;
  }

  buffer({ shape, dtype }: BufferType): HostBuffer {
    return new HostBuffer(this, arenaZeros(shape, dtype), arenaZeros);
  }

  async compile(program: Program | OpenProgram): Promise<Executable> {
    if (!isOpenProgram(program)) return this.compileSize(program);
    const openGraph = new OpenGraph(program, this.lowerings);
    return new ExecutableBySize(this, program, (sized) => this.compileSize(sized, openGraph));
  }

  private async compileSize(program: Program, openGraph?: OpenGraph): Promise<Executable> {
    requireDTypes(program, this);
    requireRoom(program);
    const compile = async (known: FrozenInputs): Promise<HostExecutable> =>
      new HostExecutable(this, program, await this.computation(program, known, openGraph));
    const states = lastingStates(program);
    if (!isWorthFreezing(program, states)) return compile(new Map());
    const patience = program.updates.length === 0 ? onceUnchanged : atOnce;
    return new FreezingExecutable(this, program, states, compile, patience).prepare();
  }

  private async computation(
    program: Program,
    known: FrozenInputs,
    openGraph: OpenGraph | undefined,
  ): Promise<OnnxComputation> {
    const frozen = worthFreezing(program, known);
    const parts = withInputsOf(
      program,
      frozen,
      partition(prepareProgram(withConstants(program, frozen)), this.options.smallWork ?? true),
    );
    for (const { id, name } of program.outputs) hostDType(program.type(id), `Output "${name}"`);
    const graph = parts.graph && (await this.compileGraph(program, parts, frozen, openGraph));
    const loops = parts.loops && new LoopsPart(await compileProgram(parts.loops.program));
    const draws = program.inputs.some(({ kind }) => kind === 'random');
    return new OnnxComputation(program, parts, graph, loops, draws ? await randomLoops() : undefined);
  }

  private async compileGraph(
    whole: Program,
    { graph, loops }: Partition,
    frozen: FrozenInputs,
    openGraph: OpenGraph | undefined,
  ): Promise<GraphRunner> {
    const { program } = graph!;
    const open = loops === undefined ? openGraph?.formOf(whole, graph!, frozen) : undefined;
    const runtime = await loadRuntime(this.options);
    const create: CreateSession = (whose, lowered, threads) =>
      runtime.createSession(this.plan(whose, lowered, threads)).catch((cause: unknown) => {
        throw sessionFailed(whose, cause);
      });
    const part = async (whose: Program, threads: number): Promise<GraphPart> =>
      (await open?.graphPart(whose, threads, create)) ?? ownGraphPart(whose, threads, create, this.lowerings);
    const threads = this.options.threads ?? (suitsOneThread(program) ? 1 : runtime.threads);
    const split = runtime.canRunAside ? splitForThreads(program, threads) : undefined;
    if (split === undefined) return part(program, threads);
    // Those who run the shares take part in each other's operators.
    return new SplitGraphPart(split, await part(split.program, threads - split.shares + 1));
  }

  private plan(program: Program, lowered: LoweredProgram, threads: number): SessionPlan {
    return {
      model: lowered.bytes,
      inputs: lowered.inputs.map(({ name }) => name),
      outputs: sessionOutputs(program, lowered),
      threads,
      config: {
        // Packed weights would be summed in another order: predictions would change their last bits when they freeze.
        'session.disable_prepacking': '1',
        ...waiting(this.options.spinning),
      },
    };
  }

  async isAvailable(): Promise<boolean> {
    return this.runtime().then(
      () => true,
      () => false,
    );
  }

  async runtime(): Promise<RuntimeName> {
    return (await loadRuntime(this.options)).name;
  }

  async describe(): Promise<string> {
    const { name, version, threads: most } = await loadRuntime(this.options);
    const { threads = most } = this.options;
    return `${this.name}: ONNX Runtime ${version}, ${name}, ${threads} thread${threads === 1 ? '' : 's'}`;
  }
}

function sameEntries(a: Lowerings, b: Lowerings): boolean {
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length &&
    left.every(([kernel, lowering]) => b[kernel as keyof Lowerings] === lowering)
  );
}

async function ownGraphPart(
  program: Program,
  threads: number,
  create: CreateSession,
  lowerings?: Lowerings,
): Promise<GraphPart> {
  const lowered = lowerProgram(fuseBias(sumRows(cropConvolutions(program))), { lowerings });
  const hasWork = lowered.outputs.length > 0;
  return new GraphPart(program, lowered, hasWork ? await create(program, lowered, threads) : undefined);
}

/** How threads without work wait. Sleeping threads take some 10 µs to wake; that is what a small operator takes altogether. */
function waiting(spinning: boolean | undefined): Record<string, string> {
  return {
    'session.intra_op.allow_spinning': spinning === false ? '0' : '1',
    ...(spinning === undefined && { 'session.intra_op.spin_duration_us': '50' }),
  };
}
