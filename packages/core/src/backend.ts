// The Backend: memory and a compiler. A backend knows Programs and buffers; nothing of layers or training.
import type { DType, OpenProgram, Program, RandomKey } from '@lamella/program';
import type { Buffer, BufferOwner, BufferType } from './buffer.js';
import type { LoweringTable } from './kernel-lowerings.js';

/** Compiles Programs and owns the memory they run in. Implement it, then run `testBackend` of `@lamella/testing`. */
export interface Backend extends BufferOwner {
  /** The dtypes that it computes in. */
  readonly computes: readonly DType[];

  /** Memory of this backend, filled with zeros. */
  buffer(type: BufferType): Buffer;

  /**
   * Makes a Program runnable, or one for each batch size of an open one, compiled when first met. What is faster, and when,
   * is the backend's own business: it sees all that is written into its buffers.
   * Throws: KERNEL_UNSUPPORTED naming the kernel and the layer it came from; for an open Program, the first run may.
   */
  compile(program: Program | OpenProgram): Promise<Executable>;

  /** This backend with those of the lowerings that are for it, which go before its own. Absent where it takes none. */
  withLowerings?(lowerings: LoweringTable): Backend;
}

/** What a run's random numbers depend on, beside the stream's name. */
export type RunKey = RandomKey;

/** A compiled Program. Not reentrant: await one run before the next. */
export interface Executable {
  /** Whose buffers it takes. */
  readonly backend: Backend;

  /**
   * Runs once. `inputs` are the Program's arguments and state, in order: buffers of this backend, or plain host memory, which
   * is read before the run ends, for what is not updated. Random inputs are drawn from `key`. `outputs` are buffers of this
   * backend for the outputs that update nothing, in order; none may be an input, or be given twice.
   * An update gives the buffer of its input the next value, and only when the whole run has succeeded.
   * Throws: EXECUTABLE_DISPOSED, EXECUTABLE_INVALID, SHAPE_MISMATCH, DTYPE_MISMATCH, BUFFER_FOREIGN, BUFFER_DISPOSED,
   * OUTPUT_ALIASED, and what the backend throws; no input has changed then.
   */
  run(inputs: readonly Buffer[], outputs: readonly Buffer[], key: RunKey): Promise<void>;

  /** Frees what the backend holds, after runs that have begun; running afterwards throws EXECUTABLE_DISPOSED. */
  dispose(): void;
}
