// Saving and loading: a file name's ending chooses the format, files are replaced whole.
import type * as tf from '@tensorflow/tfjs-core';
import {
  isFunctional,
  isLayer,
  optionInvalid,
  type Composition,
  type FileSet,
  type Format,
  type FormatContext,
  type Functional,
  type Layer,
  type NamedFunction,
  type Plugin,
  type PluginContext,
} from '@lamella/core';
import type { Tree } from '@lamella/program';
import type { Model } from '@lamella/training';
import { formatUnknown, notSerializable } from './errors.js';
import { placeOf, writeFileSet } from './files/destination.js';
import { openSource, type FileInMemory, type FileSource, type OpenFile } from './files/source.js';
import { throughGate } from './formats/gate.js';
import { h5Format } from './formats/h5.js';
import { kerasFormat } from './formats/keras.js';
import { readContext } from './formats/read-context.js';
import { safetensorsFormat } from './formats/safetensors.js';
import { tfjsFormat } from './formats/tfjs.js';
import { weightsH5Format } from './formats/weights-h5.js';
import { weightsJsonFormat } from './formats/weights-json.js';
import type { FileInspection } from './inspect/file-inspection.js';
import { inspectContents } from './inspect/inspect-file.js';

export interface SaveOptions {
  /** Whether the optimizer and its state go along, so that training can go on. Default true. */
  readonly includeOptimizer?: boolean;
  /**
   * How Lambdas are stored: as captured Programs, which Lamella runs (`program`, the default), or, in `.keras`, as models
   * of `keras.ops` operations, which plain Keras runs without any code of ours (`keras_ops`).
   */
  readonly lambda?: 'program' | 'keras_ops';
}

/** What all that reads files takes. */
export interface ReadOptions {
  /** How much to read at most, all files that belong together counted. Default 2 GiB. Units: bytes. */
  readonly maximumBytes?: number;
}

export interface LoadOptions extends ReadOptions {
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

export interface SaveWeightsOptions {
  /** The most that one of several files may hold. Units: GB. Default 5. */
  readonly maxShardSize?: number;
}

export interface LoadWeightsOptions extends ReadOptions {
  /** Whether the optimizer's state is read where the file has it and the model is compiled. Default true. */
  readonly includeOptimizer?: boolean;
}

/** The functions that {@link io} gives to a composition. */
export interface IoApi {
  /**
   * Writes a model to `.keras`, `.h5` or, for TensorFlow.js, `.json` with files beside it.
   * Throws: FORMAT_UNKNOWN, NOT_SERIALIZABLE, KERNEL_UNSUPPORTED, FILE_NOT_WRITTEN.
   */
  saveModel(model: Functional, path: string, options?: SaveOptions): Promise<void>;
  /**
   * Reads a model. The types of what it takes and gives are for the caller to say; by default, one tensor each.
   * Throws: FILE_MISSING, FILE_INVALID, CLASS_UNKNOWN, FUNCTION_UNKNOWN, WEIGHTS_MISMATCH.
   */
  loadModel<In extends Tree<tf.Tensor> = tf.Tensor, Out extends Tree<tf.Tensor> = tf.Tensor>(
    source: FileSource,
    options?: LoadOptions,
  ): Promise<Model<In, Out>>;
  /**
   * Writes a model's weights: to `.weights.h5`, with the optimizer's state; to `.weights.json` and files beside it, none
   * larger than `maxShardSize`; to `.safetensors`; to `.h5` as Keras 2 did. Throws: FORMAT_UNKNOWN, FILE_NOT_WRITTEN.
   */
  saveWeights(model: Layer, path: string, options?: SaveWeightsOptions): Promise<void>;
  /** Reads weights into a model. Throws: WEIGHTS_MISMATCH listing everything that does not fit; then nothing has changed. */
  loadWeights(model: Layer, source: FileSource, options?: LoadWeightsOptions): Promise<void>;
  /**
   * What {@link saveModel} would write to a file of this name, in memory; {@link loadModel} takes it.
   * Throws: FORMAT_UNKNOWN, NOT_SERIALIZABLE.
   */
  encodeModel(model: Functional, name: string, options?: SaveOptions): Promise<FileInMemory>;
  /** What {@link saveWeights} would write to a file of this name, in memory. Throws: FORMAT_UNKNOWN. */
  encodeWeights(model: Layer, name: string, options?: SaveWeightsOptions): Promise<FileInMemory>;
  /**
   * What is in a file, and what this composition lacks to load it. Runs no function and makes no layer.
   * Throws: FILE_MISSING, FILE_INVALID, FORMAT_UNKNOWN.
   */
  inspectFile(source: FileSource, options?: ReadOptions): Promise<FileInspection>;
}

/** Files of models and weights, for compose(). */
export const io: Plugin<IoApi> = {
  name: '@lamella/io',
  requires: ['@lamella/training'],
  formats: [weightsH5Format, weightsJsonFormat, kerasFormat, h5Format, safetensorsFormat, tfjsFormat],
  api: (composition) => {
    const encodeModel = (
      model: Functional,
      path: string,
      options: SaveOptions = {},
    ): Promise<Uint8Array | FileSet> => {
      if (!isLayer(model) || !isFunctional(model))
        throw notSerializable('saveModel()', 'expected a model', 'pass what model() or sequential() returns');
      checkLambdaOption(path, options.lambda);
      const context = { file: path, composition, options: { ...options } };
      return formatFor(composition, path, 'writeModel').writeModel!(model, context);
    };
    const encodeWeights = (
      model: Layer,
      path: string,
      options: SaveWeightsOptions = {},
    ): Promise<Uint8Array | FileSet> =>
      formatFor(composition, path, 'writeWeights').writeWeights!(model, {
        file: path,
        composition,
        options: { ...options },
      });
    return {
      async saveModel(model, path, options) {
        const target = await placeOf(path);
        await writeFileSet(target, await encodeModel(model, target, options));
      },
      async loadModel(source, options = {}) {
        const file = await openSource(source, options.maximumBytes);
        const format = formatFor(composition, file.name, 'readModel');
        const context = readingContext(composition, file, options);
        return (await throughGate(file.name, await file.read(), (bytes) =>
          format.readModel!(bytes, context),
        )) as Model<never, never>;
      },
      async saveWeights(model, path, options) {
        await writeFileSet(path, await encodeWeights(model, path, options));
      },
      async loadWeights(model, source, options = {}) {
        const file = await openSource(source, options.maximumBytes);
        const format = formatFor(composition, file.name, 'readWeights');
        const context = readingContext(composition, file, options);
        await throughGate(file.name, await file.read(), (bytes) =>
          format.readWeights!(bytes, model, context),
        );
      },
      async inspectFile(source, options = {}) {
        const file = await openSource(source, options.maximumBytes);
        const format = formatFor(composition, file.name, 'inspect');
        const context = readingContext(composition, file, options);
        return throughGate(file.name, await file.read(), async (bytes) =>
          inspectContents(await format.inspect!(bytes, context), bytes.length, readContext(context)),
        );
      },
      async encodeModel(model, name, options) {
        return inMemory(name, await encodeModel(model, name, options));
      },
      async encodeWeights(model, name, options) {
        return inMemory(name, await encodeWeights(model, name, options));
      },
    };
  },
};

/** Throws: OPTION_INVALID; NOT_SERIALIZABLE for another file than `.keras`, which alone can hold operations by any name. */
function checkLambdaOption(path: string, lambda: SaveOptions['lambda']): void {
  if (lambda === undefined || lambda === 'program') return;
  if (lambda !== 'keras_ops')
    throw optionInvalid('saveModel()', 'lambda', "'program' or 'keras_ops'", lambda);
  if (!path.toLowerCase().endsWith('.keras'))
    throw notSerializable(`"${path}"`, "lambda: 'keras_ops' is for .keras files alone", 'save to .keras');
}

function inMemory(name: string, files: Uint8Array | FileSet): FileInMemory {
  return files instanceof Uint8Array
    ? { name, bytes: files }
    : { name, bytes: files.bytes, siblings: files.siblings };
}

function readingContext(composition: Composition, file: OpenFile, options: object): FormatContext {
  const { readSibling } = file;
  return {
    file: file.name,
    composition,
    options: options as Readonly<Record<string, unknown>>,
    ...(readSibling !== undefined && { readSibling: (name: string) => readSibling(name) }),
  };
}

type Verb = 'writeModel' | 'readModel' | 'writeWeights' | 'readWeights' | 'inspect';

const doing: Readonly<Record<Verb, string>> = {
  writeModel: 'write a model to',
  readModel: 'read a model from',
  writeWeights: 'write weights to',
  readWeights: 'read weights from',
  inspect: 'look into',
};

/** The format with the longest matching ending. Throws: FORMAT_UNKNOWN where there is none, or it cannot do this. */
function formatFor(composition: PluginContext, path: string, verb: Verb): Format {
  const endings = composition.formats
    .flatMap((format) => format.extensions.map((extension) => ({ format, extension })))
    .sort((a, b) => b.extension.length - a.extension.length);
  const found = endings.find(({ extension }) => path.toLowerCase().endsWith(extension));
  if (found?.format[verb] !== undefined) return found.format;
  const able = endings.filter(({ format }) => format[verb] !== undefined);
  throw formatUnknown(
    path,
    doing[verb],
    able.map(({ extension }) => extension),
  );
}
