// ONNX Runtime through its JavaScript interface: onnxruntime-web, and onnxruntime-node where its library cannot be called
// directly (native-runtime.ts).
import type * as ort from 'onnxruntime-web';
import type { HostTensor, TypedArray } from '@lamella/program';
import type { Runtime, Session, SessionOutput, SessionPlan } from './runtime.js';

/** What a module of ONNX Runtime exports. */
export type Ort = Pick<typeof ort, 'env' | 'InferenceSession' | 'Tensor'>;

/** What a module of ONNX Runtime exports, be it CommonJS or an ES module. */
export function ortOf(module: unknown): Ort {
  const given = module as Ort & { readonly default?: Ort };
  return given.default?.InferenceSession === undefined ? given : given.default;
}

/** Runs sessions of a module of ONNX Runtime. */
export class ScriptRuntime implements Runtime {
  readonly canRunAside = false;
  readonly version: string;
  private readonly wrapped = new WeakMap<HostTensor, ort.Tensor>();

  constructor(
    readonly name: Runtime['name'],
    readonly threads: number,
    private readonly ort: Ort,
  ) {
    const { versions } = ort.env;
    this.version = (name === 'wasm' ? versions.web : versions.node) ?? versions.common;
  }

  async createSession(plan: SessionPlan): Promise<Session> {
    const session = await this.ort.InferenceSession.create(plan.model, {
      graphOptimizationLevel: 'all',
      executionMode: 'sequential',
      interOpNumThreads: 1,
      intraOpNumThreads: plan.threads,
      logSeverityLevel: 4,
      extra: plan.config,
    });
    return new ScriptSession(this, session, plan.inputs, plan.outputs, () => void session.release());
  }

  /** The host tensor as ONNX Runtime's own: a view of the same memory, made once. */
  tensor(tensor: HostTensor): ort.Tensor {
    const known = this.wrapped.get(tensor);
    if (known !== undefined) return known;
    const view = new this.ort.Tensor(tensor.dtype as 'float32', tensor.data as Float32Array, tensor.shape);
    this.wrapped.set(tensor, view);
    return view;
  }
}

class ScriptSession implements Session {
  /** The wasm runtime leaves tensors that it is given for its outputs as they were. */
  private readonly fillsTargets: boolean;

  constructor(
    private readonly runtime: ScriptRuntime,
    private readonly session: ort.InferenceSession,
    private readonly inputs: readonly string[],
    private readonly outputs: readonly SessionOutput[],
    readonly release: () => void,
  ) {
    this.fillsTargets = runtime.name === 'native';
  }

  async run(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): Promise<void> {
    const feeds: Record<string, ort.Tensor> = {};
    this.inputs.forEach((name, i) => (feeds[name] = this.runtime.tensor(inputs[i]!)));
    const fetches: Record<string, ort.Tensor | null> = {};
    this.outputs.forEach(({ name }, i) => {
      fetches[name] = this.fillsTargets ? this.runtime.tensor(outputs[i]!) : null;
    });
    const results = await this.session.run(feeds, fetches, { logSeverityLevel: 4 });
    const found = this.outputs.map(({ name }) => results[name]!.data as TypedArray);
    if (this.fillsTargets) discardCopies(found.filter((data, i) => isCopy(data, outputs[i]!)));
    else outputs.forEach((output, i) => output.data.set(found[i]!));
  }

  forOutputs(outputs: readonly SessionOutput[], release: () => void): Session {
    return new ScriptSession(this.runtime, this.session, this.inputs, outputs, release);
  }
}

function isCopy({ buffer }: TypedArray, target: HostTensor): boolean {
  return buffer !== target.data.buffer && isArrayBuffer(buffer);
}

/** Of whatever realm. */
function isArrayBuffer(buffer: ArrayBufferLike): buffer is ArrayBuffer {
  return Object.prototype.toString.call(buffer) === '[object ArrayBuffer]';
}

/** Where messages lead nowhere: what is transferred there is freed at once. */
let nowhere: MessagePort | undefined;

/**
 * onnxruntime-node fills the given memory and returns a copy of it all the same. As garbage, copies of all gradients every step
 * keep a collector busy on a core that ONNX Runtime could use.
 */
function discardCopies(copies: readonly TypedArray[]): void {
  if (copies.length === 0) return;
  nowhere ??= closedPort();
  nowhere.postMessage(
    undefined,
    copies.map(({ buffer }) => buffer as ArrayBuffer),
  );
}

function closedPort(): MessagePort {
  const { port1, port2 } = new MessageChannel();
  port1.close();
  port2.close();
  return port1;
}
