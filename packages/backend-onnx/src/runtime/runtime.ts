// ONNX Runtime as this package uses it, whichever build of it runs and however it is called. Not here: which one that is
// (load-runtime.ts).
import type { HostTensor, Shape, NumberDType } from '@lamella/program';

/** `native` is the library of this platform, `wasm` is onnxruntime-web. */
export type RuntimeName = 'native' | 'wasm';

export interface Runtime {
  readonly name: RuntimeName;
  /** ONNX Runtime's own. */
  readonly version: string;
  /** How many threads an operator may use; for a whole process where sessions cannot choose. */
  readonly threads: number;
  /** Whether sessions can run beside each other, on threads of their own. */
  readonly canRunAside: boolean;
  /** Throws ONNX Runtime's own error where it refuses the model. */
  createSession(plan: SessionPlan): Promise<Session>;
}

/** A model, and how it is to be run. */
export interface SessionPlan {
  /** The model as an `.onnx` file holds it. */
  readonly model: Uint8Array;
  /** The inputs' names. */
  readonly inputs: readonly string[];
  readonly outputs: readonly SessionOutput[];
  readonly threads: number;
  /** ONNX Runtime's configuration entries. */
  readonly config: Readonly<Record<string, string>>;
}

export interface SessionOutput {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: NumberDType;
}

/** A model that is ready to run. */
export interface Session {
  /** Runs once, inputs and outputs in the plan's order; at once, or with a promise. Throws ONNX Runtime's own error. */
  run(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): void | Promise<void>;
  /**
   * As {@link run}, on another thread, beside other runs; present where {@link Runtime.canRunAside}. Nothing of what it is given
   * may be freed or written before it ends.
   */
  runAside?(inputs: readonly HostTensor[], outputs: readonly HostTensor[]): Promise<void>;
  /** The same model for outputs of other shapes, which it must leave open. `release` becomes that of what is returned. */
  forOutputs(outputs: readonly SessionOutput[], release: () => void): Session;
  /** At most once. */
  readonly release: () => void;
}
