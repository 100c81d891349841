// The Format: how one kind of file holds models or weights. The formats Keras has are in @lamella/io.
import type { AnyHostTensor, Budget, HostTensor, Shape } from '@lamella/program';
import type { Composition } from './composition.js';
import type { LayerWithEnds } from './functional.js';
import type { Layer } from './layer.js';

/** One weight as a file holds it. */
export interface NamedTensor {
  readonly name: string;
  readonly value: HostTensor;
}

/** What a writer is given beside the model, and a reader beside the bytes. */
export interface FormatContext {
  /** The file as the user named it, for errors. */
  readonly file: string;
  readonly composition: Composition;
  /** Options of the call that the format understands. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** What a reader is given beside the bytes. */
export interface ReadingContext extends FormatContext {
  /** What this load may cost: whatever the bytes ask for is taken from it first. */
  readonly budget: Budget;
  /**
   * Reads a file that stands beside the one being read, by its plain name; absent where there is no such place.
   * Throws: FILE_MISSING; FILE_INVALID for a name that leads elsewhere.
   */
  readSibling?(name: string): Promise<Uint8Array>;
}

/** A file together with those it refers to, which stand beside it: what a writer gives that needs more than one. */
export interface FileSet {
  readonly bytes: Uint8Array;
  /** The others, by plain names that follow their content. They are written first. */
  readonly siblings: Readonly<Record<string, Uint8Array>>;
  /**
   * Files that other programs look for under names that say nothing of their content. Nobody needs what is in them: one that is
   * there stays, unless the file that is replaced referred to it.
   */
  readonly fixed?: Readonly<Record<string, Uint8Array>>;
  /** Which files beside it a version of this file refers to, of those that are its own: they go with it. */
  siblingsIn?(bytes: Uint8Array): readonly string[];
  /** Whether only a version of this file can have a file of this name beside it: one that none refers to goes after a while. */
  isSibling?(name: string): boolean;
}

/** What a file holds, as plain data, found without making any of it. */
export interface FileContents {
  /** The format with its version, as people call it, e.g. `Keras 3 archive`. */
  readonly format: string;
  /** What wrote the file, as it says itself, e.g. `Keras 3.15.1`. */
  readonly writtenBy?: string;
  /** The stored config of a model in Keras' form: parsed JSON, unchecked. */
  readonly model?: unknown;
  /** What stands in the way of loading the model, beside classes and functions that nobody brings. */
  readonly problems?: readonly string[];
  /** The stored compile state: parsed JSON, unchecked. */
  readonly compile?: unknown;
  readonly weights: readonly ReadableWeight[];
}

/** A weight that a file holds. */
export interface StoredWeight {
  /** Its path in the file. */
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: string;
}

/** A weight that a file holds, and its values for who asks for them. */
export interface ReadableWeight extends StoredWeight {
  /** The values; absent where the format does not say them. Throws: FILE_INVALID. */
  read?(): AnyHostTensor | Promise<AnyHostTensor>;
}

/**
 * A file format over bytes; files, atomic replacement and size limits are the caller's. A reader treats its bytes as
 * hostile and changes nothing until all of them fit.
 */
export interface Format {
  readonly name: string;
  /** With the dot, longest first, e.g. `.weights.h5`. */
  readonly extensions: readonly string[];
  /** Whether bytes are of this format, whatever their file is called. A format that cannot say so goes by its endings. */
  matches?(bytes: Uint8Array): boolean;
  writeModel?(model: LayerWithEnds, context: FormatContext): Promise<Uint8Array | FileSet>;
  /** Writes a layer that is no model, in a format that can hold one by itself. */
  writeLayer?(layer: Layer, context: FormatContext): Promise<Uint8Array | FileSet>;
  /** Gives a model; or, of a file that holds another layer by itself, that. */
  readModel?(bytes: Uint8Array, context: ReadingContext): Promise<Layer>;
  writeWeights?(layer: Layer, context: FormatContext): Promise<Uint8Array | FileSet>;
  readWeights?(bytes: Uint8Array, layer: Layer, context: ReadingContext): Promise<void>;
  /** What is in the file. Runs no function and makes no layer. */
  inspect?(bytes: Uint8Array, context: ReadingContext): Promise<FileContents>;
}
