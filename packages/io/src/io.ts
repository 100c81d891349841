// Saving and loading: a file name's ending chooses the format, files are replaced whole.
import type * as tf from '@tensorflow/tfjs-core';
import {
  checkOptionNames,
  isLayer,
  optionInvalid,
  withPlugins,
  type OptionNames,
  type FileSet,
  type ReadingContext,
  type Layer,
  type NamedFunction,
  type Plugin,
  type PluginContext,
} from '@lamella/core';
import { Budget, isLamellaError, withBudget, type Tree } from '@lamella/program';
import type { Model } from '@lamella/training';
import { notSerializable } from './errors.js';
import { placeOf, writeFileSet } from './files/destination.js';
import { openSource, type FileInMemory, type FileSource, type OpenFile } from './files/source.js';
import { architectureFormat } from './formats/architecture.js';
import { formatForBytes, formatForName, isFileName } from './formats/choose-format.js';
import { checkStorable, storedLayers } from './keras-json/check-storable.js';
import { isModel } from './keras-json/subclassed-model.js';
import { throughGate } from './formats/gate.js';
import { h5Format } from './formats/h5.js';
import { kerasFormat } from './formats/keras.js';
import { readContext } from './formats/read-context.js';
import { safetensorsFormat } from './formats/safetensors.js';
import { tfjsFormat } from './formats/tfjs.js';
import { weightsH5Format } from './formats/weights-h5.js';
import { weightsJsonFormat } from './formats/weights-json.js';
import type { FileInspection } from './inspect/file-inspection.js';
import { inspectContents, withStatistics } from './inspect/inspect-file.js';
import { savingProblems } from './keras-json/saving-problems.js';

export interface SaveOptions {
  /** Whether the optimizer and its state go along, so that training can go on. Default true. */
  readonly includeOptimizer?: boolean;
  /**
   * How Lambdas are stored: as captured Programs, which Lamella runs (`program`, the default), or, in `.keras`, as models
   * of `keras.ops` operations, which plain Keras runs without any code of ours (`keras_ops`).
   */
  readonly lambda?: 'program' | 'keras_ops';
  /** Where a warning goes of what compile() was given and no file can hold, once for each compile(). Default: console.warn. */
  readonly warn?: (message: string) => void;
}

/** What all that reads files takes. */
export interface ReadOptions {
  /** How much to read at most, all files that belong together counted. Default: files as large as they are, downloads 2 GiB. Units: bytes. */
  readonly maximumBytes?: number;
  /** Ends the reading and downloading of files. */
  readonly signal?: AbortSignal;
}

export interface InspectOptions extends ReadOptions {
  /** Whether to say what the values of the weights are like, which reads them one after the other. Default false. */
  readonly statistics?: boolean;
  /** Plugins that bring what the file names, beside those of the composition. */
  readonly plugins?: readonly Plugin[];
}

export interface LoadOptions extends ReadOptions {
  /** Functions for Lambda layers of this file, by the function's name or by the layer's. */
  readonly functions?: Readonly<Record<string, NamedFunction | ((...args: never[]) => unknown)>>;
  /** Plugins that bring what the file names, beside those of the composition. Nothing is looked for by a name in a file. */
  readonly plugins?: readonly Plugin[];
  /** Whether to compile the model as it was when it was saved, as far as that can be; default true. */
  readonly compile?: boolean;
  /** Whether the optimizer's state is read, so that training goes on; default true. */
  readonly includeOptimizer?: boolean;
  /** A file of weights for a model whose layers alone are in the file, such as the JSON of Keras' `to_json()`. */
  readonly weights?: FileSource;
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
  /**
   * Whether layers whose weights the file lacks, or has in other shapes, keep theirs; one warning names them. Default false:
   * nothing is loaded unless all fits.
   */
  readonly skipMismatch?: boolean;
  /**
   * Whether layers are matched by their names, and those that only one side has are passed over, as for transfer learning. For
   * files that name layers: `.h5` in Keras 2's layout, `model.json`, `.safetensors`. Default false.
   */
  readonly byName?: boolean;
  /** Where warnings go. Default: console.warn. */
  readonly warn?: (message: string) => void;
}

const readNames: OptionNames<ReadOptions> = { maximumBytes: true, signal: true };
const inspectNames: OptionNames<InspectOptions> = { ...readNames, plugins: true, statistics: true };
const saveNames: OptionNames<SaveOptions> = { includeOptimizer: true, lambda: true, warn: true };
const loadNames: OptionNames<LoadOptions> = {
  ...readNames,
  functions: true,
  plugins: true,
  compile: true,
  includeOptimizer: true,
  weights: true,
  onDrift: true,
  warn: true,
};
const saveWeightsNames: OptionNames<SaveWeightsOptions> = { maxShardSize: true };
const loadWeightsNames: OptionNames<LoadWeightsOptions> = {
  ...readNames,
  includeOptimizer: true,
  skipMismatch: true,
  byName: true,
  warn: true,
};

/** The functions that {@link io} gives to a composition. */
export interface IoApi {
  /**
   * Writes a model to `.keras`, `.h5` or, for TensorFlow.js, `.json` with files beside it; a layer that is no model, such as a
   * FeatureSpace, to `.keras`. What compile() was given and no file can hold, such as a loss without a name, stays out, with a warning.
   * Throws: FORMAT_UNKNOWN, NOT_SERIALIZABLE, KERNEL_UNSUPPORTED, FILE_NOT_WRITTEN.
   */
  saveModel(model: Layer, path: string, options?: SaveOptions): Promise<void>;
  /**
   * Reads a model. The types of what it takes and gives are for the caller to say; by default, one tensor each. Of a file that holds
   * another layer by itself it gives that: `loadModel<FeatureSpace>('columns.keras')`.
   * Throws: FILE_MISSING, FILE_INVALID, CLASS_UNKNOWN, FUNCTION_UNKNOWN, WEIGHTS_MISMATCH.
   */
  loadModel<In extends Tree<tf.Tensor> = tf.Tensor, Out extends Tree<tf.Tensor> = tf.Tensor>(
    source: FileSource,
    options?: LoadOptions,
  ): Promise<Model<In, Out>>;
  loadModel<L extends Layer>(source: FileSource, options?: LoadOptions): Promise<L>;
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
  encodeModel(model: Layer, name: string, options?: SaveOptions): Promise<FileInMemory>;
  /** What {@link saveWeights} would write to a file of this name, in memory. Throws: FORMAT_UNKNOWN. */
  encodeWeights(model: Layer, name: string, options?: SaveWeightsOptions): Promise<FileInMemory>;
  /**
   * What is in a file, and what this composition lacks to load it. Runs no function and makes no layer.
   * Throws: FILE_MISSING, FILE_INVALID, FORMAT_UNKNOWN.
   */
  inspectFile(source: FileSource, options?: InspectOptions): Promise<FileInspection>;
}

/** Files of models and weights, for compose(). */
export const io: Plugin<IoApi> = {
  name: '@lamella/io',
  requires: ['@lamella/training'],
  formats: [
    weightsH5Format,
    weightsJsonFormat,
    kerasFormat,
    h5Format,
    safetensorsFormat,
    tfjsFormat,
    architectureFormat,
  ],
  compileNotices: savingProblems,
  api: (composition) => {
    const encodeModel = (
      model: Layer,
      path: string,
      options: SaveOptions = {},
    ): Promise<Uint8Array | FileSet> => {
      checkOptionNames('saveModel()', options, saveNames);
      checkLayer('saveModel()', model);
      checkPath('saveModel()', path);
      for (const layer of storedLayers(model)) checkStorable(layer, composition.catalog);
      checkLambdaOption(path, options.lambda);
      const context = { file: path, composition, options: { ...options } };
      const written = isModel(model)
        ? formatForName(composition, path, 'writeModel').writeModel!(model, context)
        : formatForName(composition, path, 'writeLayer').writeLayer!(model, context);
      return written.catch(tooLarge(path));
    };
    const encodeWeights = (
      model: Layer,
      path: string,
      options: SaveWeightsOptions = {},
    ): Promise<Uint8Array | FileSet> => {
      checkOptionNames('saveWeights()', options, saveWeightsNames);
      checkLayer('saveWeights()', model);
      checkPath('saveWeights()', path);
      const context = { file: path, composition, options: { ...options } };
      return formatForName(composition, path, 'writeWeights').writeWeights!(model, context).catch(
        tooLarge(path),
      );
    };
    const readWeights = (model: Layer, source: FileSource, options: LoadWeightsOptions): Promise<void> =>
      reading(composition, source, options, ({ file, bytes, context }) =>
        formatForBytes(composition, file.name, bytes, 'readWeights').readWeights!(bytes, model, context),
      );
    return {
      async saveModel(model, path, options) {
        checkPath('saveModel()', path);
        const target = await placeOf(path, (name) => isFileName(composition, name));
        await writeFileSet(target, await encodeModel(model, target, options));
      },
      async loadModel(source: FileSource, options: LoadOptions = {}): Promise<never> {
        checkOptionNames('loadModel()', options, loadNames);
        const known = extended('loadModel()', composition, options);
        const model = await reading(known, source, options, ({ file, bytes, context }) =>
          formatForBytes(known, file.name, bytes, 'readModel').readModel!(bytes, context),
        );
        const { weights, maximumBytes, signal, includeOptimizer = false, warn } = options;
        if (weights !== undefined)
          await readWeights(model, weights, {
            includeOptimizer,
            ...(maximumBytes !== undefined && { maximumBytes }),
            ...(signal !== undefined && { signal }),
            ...(warn !== undefined && { warn }),
          });
        // What it takes and gives is for the caller to say.
        return model as never;
      },
      async saveWeights(model, path, options) {
        await writeFileSet(path, await encodeWeights(model, path, options));
      },
      async loadWeights(model, source, options = {}) {
        checkOptionNames('loadWeights()', options, loadWeightsNames);
        checkLayer('loadWeights()', model);
        await readWeights(model, source, options);
      },
      async inspectFile(source, options = {}) {
        checkOptionNames('inspectFile()', options, inspectNames);
        const known = extended('inspectFile()', composition, options);
        return reading(known, source, options, async ({ file, bytes, context }) => {
          const contents = await formatForBytes(known, file.name, bytes, 'inspect').inspect!(bytes, context);
          const inspection = withBudget(context.budget, () =>
            inspectContents(contents, bytes.length, readContext(context)),
          );
          return options.statistics === true ? withStatistics(inspection, contents.weights) : inspection;
        });
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

/** A file that is being read. */
interface Opened {
  readonly file: OpenFile;
  readonly bytes: Uint8Array;
  readonly context: ReadingContext;
}

/** How often a file is read that is replaced each time before those beside it have been read. */
const mostReplaced = 20;

/**
 * Reads a source. A file that names others may be replaced, and they removed, while it is read: what then does not fit is
 * read again with the file that stands there now.
 */
async function reading<T>(
  composition: PluginContext,
  source: FileSource,
  options: ReadOptions,
  read: (opened: Opened) => Promise<T>,
): Promise<T> {
  let failed: { readonly bytes: Uint8Array; readonly error: unknown } | undefined;
  for (let attempt = 1; ; attempt++) {
    const file = await openSource(source, options);
    const { bytes, size } = await file.read();
    if (failed !== undefined && sameBytes(failed.bytes, bytes)) throw failed.error;
    const budget = Budget.ofFile(file.name, size);
    const beside = new Set<string>();
    const context = readingContext(composition, file, options, budget, beside);
    try {
      return await throughGate(file.name, bytes, () => read({ file, bytes, context }), options.signal);
    } catch (error) {
      if (beside.size === 0 || attempt === mostReplaced || !isLamellaError(error)) throw error;
      failed = { bytes, error };
    }
  }
}

/** Throws: NOT_SERIALIZABLE. */
function checkLayer(subject: string, model: unknown): asserts model is Layer {
  if (!isLayer(model))
    throw notSerializable(
      subject,
      'expected a model, or another layer',
      'pass what model() or sequential() returns',
    );
}

/** Throws: OPTION_INVALID. */
function checkPath(subject: string, path: unknown): asserts path is string {
  if (typeof path !== 'string') throw optionInvalid(subject, 'path', 'the name of a file', path);
}

/** The composition with the plugins of one call. Throws: OPTION_INVALID, PLUGIN_INVALID, PACKAGE_DUPLICATED. */
function extended(
  subject: string,
  composition: PluginContext,
  { plugins = [] }: Pick<InspectOptions, 'plugins'>,
): PluginContext {
  if (!Array.isArray(plugins as unknown))
    throw optionInvalid(subject, 'plugins', 'a list of plugins', plugins);
  return withPlugins(composition, plugins);
}

/** Throws: OPTION_INVALID; NOT_SERIALIZABLE for another file than `.keras`, which alone can hold operations by any name. */
function checkLambdaOption(path: string, lambda: SaveOptions['lambda']): void {
  if (lambda === undefined || lambda === 'program') return;
  if (lambda !== 'keras_ops')
    throw optionInvalid('saveModel()', 'lambda', "'program' or 'keras_ops'", lambda);
  if (!path.toLowerCase().endsWith('.keras'))
    throw notSerializable(`"${path}"`, "lambda: 'keras_ops' is for .keras files alone", 'save to .keras');
}

/** For what is longer than an array may be, of which the language alone knows how long that is. Throws: NOT_SERIALIZABLE. */
function tooLarge(path: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof RangeError) || !/array|length/i.test(error.message)) throw error;
    throw notSerializable(
      `"${path}"`,
      `it would be larger than one file can be here: ${error.message}`,
      'save with saveWeights() to a .weights.json, whose files are as small as maxShardSize says',
    );
  };
}

function inMemory(name: string, files: Uint8Array | FileSet): FileInMemory {
  return files instanceof Uint8Array
    ? { name, bytes: files }
    : { name, bytes: files.bytes, siblings: { ...files.siblings, ...files.fixed } };
}

function readingContext(
  composition: PluginContext,
  file: OpenFile,
  options: object,
  budget: Budget,
  /** Takes the names of files beside it that were asked for. */
  beside: Set<string>,
): ReadingContext {
  const context = {
    file: file.name,
    composition,
    options: options as Readonly<Record<string, unknown>>,
    budget,
  };
  if (file.readSibling === undefined) return context;
  const readSibling = async (name: string): Promise<Uint8Array> => {
    const place = spelledOneWay(name);
    const isFirst = !beside.has(place);
    beside.add(place);
    const { bytes, size } = await file.readSibling!(name);
    // What stands beside a file adds to what its load may cost, once; reading it again costs.
    if (isFirst) budget.addFile(size);
    budget.spend('bytes', bytes.length, `"${name}"`);
    return bytes;
  };
  return { ...context, readSibling };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** A name without what file systems pass over: one file may have many names on some of them. */
function spelledOneWay(name: string): string {
  return name
    .replace(/^\.\//, '')
    .replace(/[. ]+$/, '')
    .normalize('NFC')
    .toLowerCase();
}
