// `.keras`: Keras 3's archive of a config and variables.
import {
  isFunctional,
  type Format,
  type FormatContext,
  type Layer,
  type ReadingContext,
} from '@lamella/core';
import { fileInvalid, unzip, writeZip } from '@lamella/files';
import type { Model } from '@lamella/training';
import { readHdf5 } from '../hdf5/read-hdf5.js';
import { writeHdf5 } from '../hdf5/write-hdf5.js';
import { kerasVersion, storedWeights } from '../inspect/hdf5-contents.js';
import { writtenKerasVersion } from '../hdf5/legacy-weights.js';
import { readVariables } from '../hdf5/read-variables.js';
import { storedValues } from '../hdf5/tree.js';
import { assetPath, stateFiles, writeVariables, type VariableOptions } from '../hdf5/variables.js';
import {
  isRecord,
  readPythonJson,
  writePythonJson,
  type Json,
  type WritableJson,
} from '../keras-json/python-json.js';
import { readCompileConfig } from '../keras-json/read-compile.js';
import { readLayer } from '../keras-json/read-model.js';
import { inputDTypes, isModel } from '../keras-json/subclassed-model.js';
import { writeModel } from '../keras-json/write-model.js';
import { lambdaModels } from '../keras-ops/lambda-models.js';
import { dialectOf } from '../older-keras/dialect.js';
import { readForInspection } from '../older-keras/read-for-inspection.js';
import { readTopology } from '../older-keras/read-topology.js';
import { nothingCompiled, noteNotSaved, ownFacts, readSeed, writtenCompile } from './own-facts.js';
import { assignRule, olderSource, readContext, stateRule } from './read-context.js';
import { refuseByName } from './read-weights.js';
import { describeArchive, isZip } from './signatures.js';

const text = new TextEncoder();

/** Source: keras.saving, the file format of Keras 3. */
export const kerasFormat: Format = {
  name: 'keras',
  extensions: ['.keras'],

  matches: isZip,

  async writeModel(given, context) {
    const model = given as Model;
    const includeOptimizer = context.options['includeOptimizer'] !== false;
    const replacements = context.options['lambda'] === 'keras_ops' ? lambdaModels(model) : undefined;
    const envelope = writeModel(model, 'v3', replacements);
    const compile = includeOptimizer ? writtenCompile(model, context) : nothingCompiled;
    const config = {
      ...envelope,
      compile_config: compile.config,
      lamella: { ...ownFacts(model, compile), ...(!isFunctional(model) && inputDTypes(model)) },
    };
    return archiveOf(model, config, context, {
      optimizer: includeOptimizer,
      ...(replacements && { replacements }),
    });
  },

  async writeLayer(layer, context) {
    return archiveOf(layer, { ...writeModel(layer, 'v3'), lamella: { version: 1 } }, context, {
      optimizer: false,
    });
  },

  async readModel(bytes, context) {
    const members = unzip(bytes, context.file, context.budget);
    const { config: stored, version } = storedConfig(members, context);
    const variables = readHdf5(required(members, 'model.weights.h5', context), context.file, context.budget);
    const reading = readContext(context);
    const dialect = dialectOf(version, stored, context.file);
    const config = readTopology(stored, olderSource(dialect, reading));
    const model = readLayer(config, reading, {
      seed: readSeed(config),
      storedValues: storedValues(variables),
    });
    if (context.options['compile'] !== false && isRecord(config) && isModel(model)) {
      noteNotSaved(config, reading);
      readCompileConfig(model, config['compile_config'], reading);
    }
    const notice = (line: string): void => reading.notices.add(line);
    readVariables(variables, model, {
      file: context.file,
      state: stateRule(context),
      notice,
      filesOf: filesIn(members),
    });
    reading.notices.say(context.file, reading.warn);
    return model;
  },

  async readWeights(bytes, layer, context) {
    refuseByName(context);
    const members = unzip(bytes, context.file, context.budget);
    const variables = readHdf5(required(members, 'model.weights.h5', context), context.file, context.budget);
    const reading = readContext(context);
    readVariables(variables, layer, {
      ...assignRule(context, reading),
      file: context.file,
      state: 'none',
    });
    reading.notices.say(context.file, reading.warn);
  },

  async inspect(bytes, context) {
    const members = unzip(bytes, context.file, context.budget);
    const { config, version } = storedConfig(members, context);
    const variables = readHdf5(required(members, 'model.weights.h5', context), context.file, context.budget);
    const isOwn = isRecord(config) && config['lamella'] !== undefined;
    return {
      format: 'Keras 3 archive',
      ...(version !== undefined && { writtenBy: kerasVersion(version, isOwn ? 'lamella' : undefined) }),
      ...readForInspection(config, version, context.file),
      compile: isRecord(config) ? config['compile_config'] : undefined,
      weights: storedWeights(variables, context.budget),
    };
  },
};

/** The archive of a model, or of a layer by itself. */
async function archiveOf(
  layer: Layer,
  config: { readonly [key: string]: WritableJson },
  context: FormatContext,
  options: VariableOptions,
): Promise<Uint8Array> {
  const metadata = { keras_version: writtenKerasVersion, date_saved: dateSaved(context) };
  const assets = Object.entries(stateFiles(layer, options.replacements)).map(([path, content]) => [
    path,
    text.encode(content),
  ]);
  return writeZip({
    'metadata.json': text.encode(writePythonJson(metadata)),
    'config.json': text.encode(writePythonJson(config)),
    'model.weights.h5': writeHdf5(await writeVariables(layer, options)),
    ...(Object.fromEntries(assets) as Record<string, Uint8Array>),
  });
}

/** The stored config as it is, and the version of Keras that wrote it. */
function storedConfig(
  members: ReadonlyMap<string, Uint8Array>,
  context: ReadingContext,
): { readonly config: Json; readonly version: string | undefined } {
  const config = readPythonJson(
    decode(required(members, 'config.json', context)),
    context.file,
    context.budget,
  );
  const metadata = members.get('metadata.json');
  const about = metadata && readPythonJson(decode(metadata), context.file, context.budget);
  const version = isRecord(about) ? about['keras_version'] : undefined;
  return { config, version: typeof version === 'string' ? version : undefined };
}

/** The texts that an archive holds for a layer, by their names. */
function filesIn(
  members: ReadonlyMap<string, Uint8Array>,
): (path: readonly string[]) => Record<string, string> {
  return (path) => {
    const start = assetPath(path, '');
    const own = [...members].filter(
      ([name]) => name.startsWith(start) && !name.slice(start.length).includes('/'),
    );
    return Object.fromEntries(own.map(([name, bytes]) => [name.slice(start.length), decode(bytes)]));
  };
}

function required(
  members: ReadonlyMap<string, Uint8Array>,
  name: string,
  context: ReadingContext,
): Uint8Array {
  const found = members.get(name);
  if (found === undefined)
    throw fileInvalid(context.file, describeArchive(members.keys()) ?? `the archive lacks "${name}"`);
  return found;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}

function dateSaved(context: FormatContext): string {
  const given = context.options['date'];
  const date = given instanceof Date ? given : new Date();
  return date.toISOString().replace('T', '@').slice(0, 19);
}
