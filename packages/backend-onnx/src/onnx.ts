// The onnx backend: compiles a Program into one ONNX graph and runs it with ONNX Runtime, natively.
import { optionInvalid, type Backend, type Executable } from '@lamella/core';
import { HostTensor, type Program, type Shape, type StorageDType } from '@lamella/program';
import { OnnxExecutable } from './executable.js';
import { lowerProgram } from './lower-program.js';
import { prepareProgram } from './passes/prepare-program.js';
import { loadRuntime } from './runtime.js';

export interface OnnxOptions {
  /** How many threads one operator may use. Default: as many as the machine has cores. */
  readonly threads?: number;
}

/** The onnx backend; see {@link onnx}. */
export interface OnnxBackend extends Backend {
  /** Whether onnxruntime-node is installed and loads here. */
  isAvailable(): Promise<boolean>;
}

const backends = new Map<string, OnnxBackend>();

/**
 * The backend that runs Programs with ONNX Runtime; the same one for the same options.
 * onnxruntime-node is loaded when the first Program is compiled. Throws then: BACKEND_UNAVAILABLE; at once: OPTION_INVALID.
 */
export function onnx(options: OnnxOptions = {}): OnnxBackend {
  const { threads } = options;
  if (threads !== undefined && !(Number.isInteger(threads) && threads > 0))
    throw optionInvalid('onnx()', 'threads', 'a positive whole number', threads);
  const key = String(threads);
  const backend = backends.get(key) ?? new OnnxRuntimeBackend(options);
  backends.set(key, backend);
  return backend;
}

/** Loads onnxruntime-node, for applications that choose a backend by what is there. Throws: BACKEND_UNAVAILABLE. */
export async function loadOnnx(): Promise<void> {
  await loadRuntime();
}

class OnnxRuntimeBackend implements OnnxBackend {
  readonly name = 'onnx';

  constructor(private readonly options: OnnxOptions) {}

  async compile(program: Program): Promise<Executable> {
    const lowered = lowerProgram(prepareProgram(program));
    const runtime = await loadRuntime();
    const session =
      lowered.outputs.length === 0
        ? undefined
        : await runtime.InferenceSession.create(lowered.bytes, {
            graphOptimizationLevel: 'all',
            executionMode: 'sequential',
            interOpNumThreads: 1,
            intraOpNumThreads: this.options.threads ?? (await coreCount()),
            logSeverityLevel: 3,
          });
    return new OnnxExecutable(runtime, program, lowered, session);
  }

  allocate(shape: Shape, dtype: StorageDType): HostTensor {
    return HostTensor.zeros(shape, dtype);
  }

  async isAvailable(): Promise<boolean> {
    return loadRuntime().then(
      () => true,
      () => false,
    );
  }
}

async function coreCount(): Promise<number> {
  const { availableParallelism } = await import('node:os');
  return availableParallelism();
}
