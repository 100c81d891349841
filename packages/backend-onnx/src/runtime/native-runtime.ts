// ONNX Runtime's library through its C API. onnxruntime-node's JavaScript interface copies every output, even where it was given memory to
// write to, and takes a turn of the event loop a run: a third of a small step's time.
import type { HostTensor } from '@lamella/program';
import { elementTypes } from '../model/onnx-model.js';
import { NativeLibrary, type Pointer } from './native-library.js';
import type { NativePackage } from './native-package.js';
import type { Runtime, Session, SessionOutput, SessionPlan } from './runtime.js';

/** Throws where the library does not load. */
export function startNativeRuntime({ library, koffi }: NativePackage, threads: number): Runtime {
  return new NativeRuntime(new NativeLibrary(library, koffi), koffi.address, threads);
}

const fatal = 4;
const allOptimizations = 99;
const arenaAllocator = 1;
const defaultMemory = 0;

/** A host tensor as ONNX Runtime's own: a view of the same memory. */
interface Value {
  readonly pointer: Pointer;
  /** Units: bytes. */
  readonly size: number;
}

class NativeRuntime implements Runtime {
  readonly name = 'native';
  readonly canRunAside = true;
  readonly version: string;
  private readonly environment: Pointer;
  private readonly memory: Pointer;
  private readonly values = new WeakMap<HostTensor, Value>();
  private readonly dropped: FinalizationRegistry<Pointer>;

  constructor(
    readonly library: NativeLibrary,
    private readonly addressOf: (data: Uint8Array) => Pointer,
    readonly threads: number,
  ) {
    this.version = library.version;
    // One a process, however often it is asked for.
    this.environment = library.create('CreateEnv', fatal, 'lamella');
    this.memory = library.create('CreateCpuMemoryInfo', arenaAllocator, defaultMemory);
    this.dropped = new FinalizationRegistry((pointer) => this.library.release('ReleaseValue', pointer));
  }

  async createSession(plan: SessionPlan): Promise<Session> {
    const { library } = this;
    const options = library.create('CreateSessionOptions');
    try {
      library.call('SetSessionLogSeverityLevel', options, fatal);
      library.call('SetSessionGraphOptimizationLevel', options, allOptimizations);
      library.call('SetInterOpNumThreads', options, 1);
      library.call('SetIntraOpNumThreads', options, plan.threads);
      for (const [key, value] of Object.entries(plan.config))
        library.call('AddSessionConfigEntry', options, key, value);
      const { environment } = this;
      const { model } = plan;
      const session = library.create('CreateSessionFromArray', environment, model, model.byteLength, options);
      const release = (): void => library.release('ReleaseSession', session);
      return new NativeSession(this, session, plan.inputs, plan.outputs, release);
    } finally {
      library.release('ReleaseSessionOptions', options);
    }
  }

  /** Made once a tensor, and released when the tensor is collected. */
  valueOf(tensor: HostTensor): Pointer {
    const known = this.values.get(tensor);
    const { byteLength } = tensor.data;
    if (known?.size === byteLength) return known.pointer;
    // Memory that was transferred elsewhere may be gone.
    if (known !== undefined) throw new Error('the memory of a tensor was transferred to another thread');
    const pointer = this.createValue(tensor);
    this.values.set(tensor, { pointer, size: byteLength });
    this.dropped.register(tensor, pointer);
    return pointer;
  }

  private createValue({ data, shape, dtype }: HostTensor): Pointer {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return this.library.create(
      'CreateTensorWithDataAsOrtValue',
      this.memory,
      this.addressOf(bytes),
      bytes.byteLength,
      BigInt64Array.from(shape, BigInt),
      shape.length,
      elementTypes[dtype],
    );
  }

  /** Strings as C has them, and where they are. */
  names(names: readonly string[]): {
    readonly pointers: BigUint64Array;
    readonly strings: readonly Uint8Array[];
  } {
    const strings = names.map((name) => new TextEncoder().encode(`${name}\0`));
    return { pointers: BigUint64Array.from(strings, (string) => this.addressOf(string)), strings };
  }
}

type RunArguments = [
  session: Pointer,
  options: null,
  inputNames: BigUint64Array,
  inputs: BigUint64Array,
  inputCount: number,
  outputNames: BigUint64Array,
  outputCount: number,
  outputs: BigUint64Array,
];

class NativeSession implements Session {
  private readonly inputNames: ReturnType<NativeRuntime['names']>;
  private readonly outputNames: ReturnType<NativeRuntime['names']>;
  /** What the last run read and wrote, as long as that stays the same from run to run. */
  private readonly inputValues: BigUint64Array;
  private readonly outputValues: BigUint64Array;

  constructor(
    private readonly runtime: NativeRuntime,
    private readonly session: Pointer,
    private readonly inputs: readonly string[],
    private readonly outputs: readonly SessionOutput[],
    readonly release: () => void,
  ) {
    this.inputNames = runtime.names(inputs);
    this.outputNames = runtime.names(outputs.map(({ name }) => name));
    this.inputValues = new BigUint64Array(inputs.length);
    this.outputValues = new BigUint64Array(outputs.length);
  }

  run(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): void {
    const { runtime, inputValues, outputValues } = this;
    for (let i = 0; i < inputs.length; i++) inputValues[i] = runtime.valueOf(inputs[i]!);
    for (let i = 0; i < outputs.length; i++) outputValues[i] = runtime.valueOf(outputs[i]!);
    runtime.library.call('Run', ...this.runArguments(inputValues, outputValues));
  }

  async runAside(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): Promise<void> {
    const { runtime } = this;
    // Arrays of its own, outside of V8's heap, where nothing moves.
    const valuesOf = (tensors: readonly HostTensor[]): BigUint64Array => {
      const values = new BigUint64Array(new ArrayBuffer(8 * tensors.length));
      for (let i = 0; i < tensors.length; i++) values[i] = runtime.valueOf(tensors[i]!);
      return values;
    };
    await runtime.library.callAside('Run', ...this.runArguments(valuesOf(inputs), valuesOf(outputs)));
  }

  forOutputs(outputs: readonly SessionOutput[], release: () => void): Session {
    return new NativeSession(this.runtime, this.session, this.inputs, outputs, release);
  }

  private runArguments(inputs: BigUint64Array, outputs: BigUint64Array): RunArguments {
    const { session, inputNames, outputNames } = this;
    return [
      session,
      null,
      inputNames.pointers,
      inputs,
      inputs.length,
      outputNames.pointers,
      outputs.length,
      outputs,
    ];
  }
}
