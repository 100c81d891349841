// The Format: how one kind of file holds models or weights. The formats Keras has are in @lamella/io.
import type { HostTensor } from '@lamella/program';
import type { Composition } from './compose.js';
import type { Functional } from './functional.js';
import type { Layer } from './layer.js';

/** One weight as a file holds it. */
export interface NamedTensor {
  readonly name: string;
  readonly value: HostTensor;
}

/** What a reader or a writer is given beside the bytes. */
export interface FormatContext {
  /** The file as the user named it, for errors. */
  readonly file: string;
  readonly composition: Composition;
  /** Options of the call that the format understands. */
  readonly options: Readonly<Record<string, unknown>>;
}

/**
 * A file format over bytes; files, atomic replacement and size limits are the caller's. A reader treats its bytes as
 * hostile and changes nothing until all of them fit.
 */
export interface Format {
  readonly name: string;
  /** With the dot, longest first, e.g. `.weights.h5`. */
  readonly extensions: readonly string[];
  writeModel?(model: Functional, context: FormatContext): Promise<Uint8Array>;
  readModel?(bytes: Uint8Array, context: FormatContext): Promise<Functional>;
  writeWeights?(layer: Layer, context: FormatContext): Promise<Uint8Array>;
  readWeights?(bytes: Uint8Array, layer: Layer, context: FormatContext): Promise<void>;
}
