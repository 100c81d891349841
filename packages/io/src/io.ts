// saveModel, loadModel, saveWeights and loadWeights: a path's ending chooses the format, files are replaced whole.
import {
  isLayer,
  type Composition,
  type Format,
  type FormatContext,
  type Functional,
  type Layer,
  type NamedFunction,
  type Plugin,
} from '@lamella/core';
import type { Model } from '@lamella/training';
import { formatUnknown, notSerializable } from './errors.js';
import { readFile, writeFileAtomically } from './files/files.js';
import { h5Format } from './formats/h5.js';
import { kerasFormat } from './formats/keras.js';
import { weightsH5Format } from './formats/weights-h5.js';

export interface SaveOptions {
  /** Whether the optimizer and its state go along, so that training can go on. Default true. */
  readonly includeOptimizer?: boolean;
}

export interface LoadOptions {
  /** Functions for Lambda layers of this file, by the function's name or by the layer's. */
  readonly functions?: Readonly<Record<string, NamedFunction | ((...args: never[]) => unknown)>>;
  /** Whether to compile the model as it was when it was saved. Default true. */
  readonly compile?: boolean;
  /**
   * What to do where a registered function no longer computes what it did when the file was written: say so and use the
   * function (`warn`, the default), refuse (`error`), or run the saved Program (`useSaved`).
   */
  readonly onDrift?: 'warn' | 'error' | 'useSaved';
  /** Where warnings go. Default: console.warn. */
  readonly warn?: (message: string) => void;
}

/** The functions that {@link io} gives to a composition. */
export interface IoApi {
  /** Writes a model to `.keras` or `.h5`. Throws: FORMAT_UNKNOWN, NOT_SERIALIZABLE, FILE_NOT_WRITTEN. */
  saveModel(model: Functional, path: string, options?: SaveOptions): Promise<void>;
  /** Reads a model. Throws: FILE_MISSING, FILE_INVALID, CLASS_UNKNOWN, FUNCTION_UNKNOWN, WEIGHTS_MISMATCH. */
  loadModel(path: string, options?: LoadOptions): Promise<Model>;
  /** Writes a model's weights to `.weights.h5` (with the optimizer's state) or `.h5`. */
  saveWeights(model: Layer, path: string): Promise<void>;
  /** Reads weights into a model. Throws: WEIGHTS_MISMATCH listing everything that does not fit; then nothing has changed. */
  loadWeights(model: Layer, path: string): Promise<void>;
}

/** Files of models and weights, for compose(). */
export const io: Plugin<IoApi> = {
  name: '@lamella/io',
  requires: ['@lamella/training'],
  formats: [weightsH5Format, kerasFormat, h5Format],
  api: (composition) => ({
    async saveModel(model, path, options = {}) {
      if (!isLayer(model) || !('graph' in model))
        throw notSerializable('saveModel()', 'expected a model', 'pass what model() or sequential() returns');
      const format = formatFor(composition, path, 'writeModel');
      await writeFileAtomically(path, await format.writeModel!(model, contextOf(composition, path, options)));
    },
    async loadModel(path, options = {}) {
      const format = formatFor(composition, path, 'readModel');
      return (await format.readModel!(await readFile(path), contextOf(composition, path, options))) as Model;
    },
    async saveWeights(model, path) {
      const format = formatFor(composition, path, 'writeWeights');
      await writeFileAtomically(path, await format.writeWeights!(model, contextOf(composition, path, {})));
    },
    async loadWeights(model, path) {
      const format = formatFor(composition, path, 'readWeights');
      await format.readWeights!(await readFile(path), model, contextOf(composition, path, {}));
    },
  }),
};

function contextOf(composition: Composition, file: string, options: object): FormatContext {
  return { file, composition, options: options as Readonly<Record<string, unknown>> };
}

type Verb = 'writeModel' | 'readModel' | 'writeWeights' | 'readWeights';

/** The format with the longest matching ending that can do this. Throws: FORMAT_UNKNOWN. */
function formatFor(composition: Composition, path: string, verb: Verb): Format {
  const able = composition.catalog.formats.filter((format) => format[verb] !== undefined);
  const ranked = able
    .flatMap((format) => format.extensions.map((extension) => ({ format, extension })))
    .sort((a, b) => b.extension.length - a.extension.length);
  const found = ranked.find(({ extension }) => path.toLowerCase().endsWith(extension));
  if (found !== undefined && !(verb.endsWith('Model') && path.toLowerCase().endsWith('.weights.h5')))
    return found.format;
  const doing: Readonly<Record<Verb, string>> = {
    writeModel: 'write',
    readModel: 'read',
    writeWeights: 'write',
    readWeights: 'read',
  };
  throw formatUnknown(
    path,
    doing[verb],
    ranked.map(({ extension }) => extension),
  );
}
