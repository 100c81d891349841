// The Buffer: a handle on memory of one tensor, wherever its backend keeps it. Not here: memory of the host (host-buffer.ts).
import type { HostTensor, Shape, NumberDType } from '@lamella/program';

/** What a buffer holds. */
export interface BufferType {
  readonly shape: Shape;
  readonly dtype: NumberDType;
}

/** A backend, as far as its buffers know it. */
export interface BufferOwner {
  /** As users know it, e.g. `cpu`, `onnx`. */
  readonly name: string;
}

/** Memory of one tensor. */
export interface Buffer extends BufferType {
  /** Whose memory it is; null for plain host memory. */
  readonly backend: BufferOwner | null;
  /**
   * The values. Where memory is the host's this is a view, valid until the buffer is next written or disposed of; elsewhere
   * a copy. Throws: BUFFER_DISPOSED.
   */
  read(): Promise<HostTensor>;
  /** Copies values in before it returns. Throws: SHAPE_MISMATCH, DTYPE_MISMATCH, BUFFER_DISPOSED, and nothing has changed. */
  write(values: HostTensor): void;
  /** Gives the memory back; more than once does no harm. Runs that have begun end well. */
  dispose(): void;
}
