// What looking into a file gives: plain data, for programs; as text by print-inspection.ts.
import type { StoredWeight } from '@lamella/core';
import type { Missing } from '../keras-json/missing.js';
import type { Json } from '../keras-json/python-json.js';
import type { StoredTensor } from './stored-calls.js';
import type { WeightStatistics } from './weight-statistics.js';

/** A layer, or an operation, as a file lists it. */
export interface InspectedLayer {
  readonly name: string;
  readonly className: string;
  /** How many models it is inside of, the outermost not counted. */
  readonly depth: number;
  /** Of its first call; undefined where the file does not say. Null is a size that is not known. */
  readonly outputShape: readonly (number | null)[] | undefined;
  /** How many values its weights have, those of layers inside included. */
  readonly parameters: number;
  /** Its options in Keras' form; empty for a model, whose layers follow. */
  readonly config: Json;
  /** What it is called on, a list for each call; in a chain, nothing is said. */
  readonly calls: readonly (readonly StoredTensor[])[];
  /** The ends of a model inside, which are tensors of its own layers; undefined for other layers. */
  readonly ends: StoredEnds | undefined;
}

/** What a stored model takes and gives; in a chain, nothing is said. */
export interface StoredEnds {
  readonly inputs: readonly StoredTensor[];
  readonly outputs: readonly StoredTensor[];
}

/** A weight as a file stores it. */
export interface InspectedWeight extends StoredWeight {
  /** What its values are like, where that was asked for and they are numbers. */
  readonly statistics?: WeightStatistics;
}

/** A Lambda as a file stores it. */
export interface InspectedLambda {
  readonly layer: string;
  /** The name of its function; undefined for one without a name, and for bytecode. */
  readonly functionName: string | undefined;
  /** What the file holds of the function: its captured Programs, its name alone, or Python bytecode, which nobody decodes. */
  readonly holds: 'programs' | 'name' | 'bytecode';
  /** Whether the composition knows a function of this name. */
  readonly isKnown: boolean;
  readonly arguments: Json;
  /** Listings of the Programs by what they are for: `inference`, and `training` where that differs. */
  readonly programs: Readonly<Record<string, string>>;
  /** The kernels of the Program for inference, in their order; undefined where the file has none, or a damaged one. */
  readonly operations: readonly string[] | undefined;
}

/** What is in a file, and what loading it would need. */
export interface FileInspection {
  readonly file: string;
  /** Units: bytes, of the file itself. */
  readonly size: number;
  readonly format: string;
  readonly writtenBy: string | undefined;
  /** The stored model; undefined in a file of weights alone. */
  readonly model:
    { readonly name: string; readonly className: string; readonly ends: StoredEnds } | undefined;
  readonly layers: readonly InspectedLayer[];
  readonly weights: readonly InspectedWeight[];
  readonly lambdas: readonly InspectedLambda[];
  /** The stored compile state, in Keras' form. */
  readonly compile: Json | undefined;
  /** What else stands in the way of loading it. */
  readonly problems: readonly string[];
  /** The classes and functions that the composition lacks. */
  readonly missing: Missing;
}
