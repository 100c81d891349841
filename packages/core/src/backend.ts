// The Backend: two verbs and an allocator. A backend knows Programs and memory; nothing of layers or training.
import type { fillRandom, HostTensor, Program, ProgramUpdate, Shape, StorageDType } from '@lamella/program';

/** Compiles Programs and owns the memory they run best in. Implement it, then run `testBackend` of `@lamella/testing`. */
export interface Backend {
  /** As users know it, e.g. `cpu`, `onnx`. */
  readonly name: string;

  /**
   * Makes a Program runnable. The Program has concrete shapes and may declare updates (output -> state input).
   * Throws: KERNEL_UNSUPPORTED naming the kernel and the layer it came from.
   */
  compile(program: Program, hints?: CompileHints): Promise<Executable>;

  /** Zero-filled memory that this backend reads and writes without a copy. */
  allocate(shape: Shape, dtype: StorageDType): HostTensor;
}

/** What a backend may make use of, and may ignore. */
export interface CompileHints {
  /**
   * The values of inputs, by index, that every run will be given: weights while nobody trains. A backend that keeps a form of
   * them that is faster to compute with copies them now.
   */
  readonly frozen?: ReadonlyMap<number, HostTensor>;
  /**
   * What the Program was captured from, its batch left open: the same object for the Programs of all batch sizes. A backend that
   * is given several may compile one form for all of them.
   */
  readonly openBatch?: OpenBatch;
}

/** A function whose Programs differ by their batch size: axis 0 of every argument. */
export interface OpenBatch {
  /** The Program for batches of so many rows; with the same inputs and outputs, in the same order, but for that size. */
  at(batch: number): Program;
}

/** A compiled Program. Not reentrant: await one run before the next. */
export interface Executable {
  /**
   * The updates whose output may be given the very tensor that is their input: the new values then take the place of the
   * old ones, and no second buffer is needed. Absent: none.
   */
  readonly inPlace?: readonly ProgramUpdate[];

  /**
   * Fills a random input before a run, faster than `fillRandom` of `@lamella/program` and with the same numbers, bit for bit.
   * Absent: that one fills it.
   */
  readonly fillRandom?: typeof fillRandom;

  /**
   * Whether the Program compiled with {@link CompileHints.frozen} weights may run faster than this. Absent: no, and nobody
   * need do that.
   */
  readonly worthFreezing?: boolean;

  /**
   * Runs once. `inputs` are in the order of the Program's inputs, of their storage dtype and shape.
   * Where `outputs[i]` is given, output `i` is written into it and it is returned; it must not share memory with any
   * input but by {@link inPlace}. A failed run leaves the inputs as they were.
   */
  run(
    inputs: readonly HostTensor[],
    outputs?: readonly (HostTensor | undefined)[],
  ): Promise<readonly HostTensor[]>;

  /** Frees what the backend holds; running afterwards throws EXECUTABLE_DISPOSED. */
  dispose(): void;
}
