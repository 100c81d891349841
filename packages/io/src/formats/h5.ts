// `.h5`: the older whole-model and weights file, in the form that Keras 3 writes.
import type { Format } from '@lamella/core';
import type { Model } from '@lamella/training';
import { fileInvalid } from '../errors.js';
import { readHdf5 } from '../hdf5/read-hdf5.js';
import { writeHdf5 } from '../hdf5/write-hdf5.js';
import {
  readLegacyState,
  readLegacyWeights,
  writeLegacyOptimizer,
  writeLegacyWeights,
  writtenKerasVersion,
} from '../hdf5/legacy-weights.js';
import { optimizersOf } from '../hdf5/variables.js';
import { ensureGroup, findGroup, hdf5Group, storedValues, type Hdf5Group } from '../hdf5/tree.js';
import { assignOffers } from '../hdf5/assign.js';
import { planNamedState, planState } from '../hdf5/optimizer-state.js';
import {
  isRecord,
  readPythonJson,
  writePythonJson,
  type Json,
  type WritableJson,
} from '../keras-json/python-json.js';
import { readCompileConfig } from '../keras-json/read-compile.js';
import { readModel } from '../keras-json/read-model.js';
import type { ReadContext } from '../keras-json/read-object.js';
import { requireGraph } from '../keras-json/stored-graph.js';
import type { WrittenCompile } from '../keras-json/write-compile.js';
import { writeModel } from '../keras-json/write-model.js';
import { hdf5Contents } from '../inspect/hdf5-contents.js';
import { dialectOf } from '../older-keras/dialect.js';
import { readTopology } from '../older-keras/read-topology.js';
import { readValues } from '../weights/read-values.js';
import { nothingCompiled, noteNotSaved, ownFacts, readSeed, writtenCompile } from './own-facts.js';
import { olderSource, readContext, stateRule } from './read-context.js';
import { readWeightsOf } from './read-weights.js';
import { isHdf5 } from './signatures.js';

/** Source: keras.src.legacy.saving. */
export const h5Format: Format = {
  name: 'h5',
  extensions: ['.h5', '.hdf5'],

  matches: isHdf5,

  async writeModel(given, context) {
    const model = requireGraph(given, context.file);
    const root = hdf5Group();
    const includeOptimizer = context.options['includeOptimizer'] !== false;
    root.attributes.set('backend', 'lamella');
    root.attributes.set('keras_version', writtenKerasVersion);
    const compile = includeOptimizer ? writtenCompile(given as Model, context) : nothingCompiled;
    root.attributes.set(
      'model_config',
      writePythonJson({
        ...writeModel(model, 'hybrid'),
        lamella: ownFacts(given as Model, compile),
      }),
    );
    const compiled = includeOptimizer ? optimizersOf(model) : [];
    const variables = compiled.flatMap(({ optimizer }) => optimizer.variables);
    const values = await readValues([...model.weights, ...variables]);
    root.groups.set('model_weights', writeLegacyWeights(model, values));
    if (compiled.length > 0) {
      root.attributes.set('training_config', writePythonJson(trainingConfig(compile)));
      for (const { optimizer, path } of compiled)
        writeLegacyOptimizer(ensureGroup(root, statePath(path)), optimizer, values);
    }
    return writeHdf5(root);
  },

  async readModel(bytes, context) {
    const root = readHdf5(bytes, context.file, context.budget);
    const weights = root.groups.get('model_weights');
    const reading = readContext(context);
    const config = storedModel(root, reading);
    if (config === undefined || weights === undefined)
      throw fileInvalid(
        context.file,
        'it holds no model',
        'if it holds weights only, rebuild the model and call loadWeights(), or load the JSON of its layers with { weights }',
      );
    const { model, training } = config;
    const net = readModel(model, reading, { seed: readSeed(model), storedValues: storedValues(root) });
    if (isRecord(training) && context.options['compile'] !== false) {
      noteNotSaved(model, reading);
      readCompileConfig(net, { ...training, optimizer: training['optimizer_config'] ?? null }, reading);
    }
    const plan = {
      file: context.file,
      rule: stateRule(context),
      notice: (line: string) => reading.notices.add(line),
    };
    const commits = optimizersOf(net).map(({ optimizer, path, isNamed }) => {
      const state = findGroup(root, statePath(path));
      const weightsOf = net.trainableWeights;
      const stored = state === undefined ? [] : readLegacyState(state, optimizer, weightsOf, context);
      return isNamed
        ? planNamedState(optimizer, stored, plan)
        : planState(optimizer, weightsOf, stored, plan);
    });
    readLegacyWeights(weights, net, { file: context.file, budget: context.budget });
    assignOffers(commits.flatMap((commit) => commit()));
    reading.notices.say(context.file, reading.warn);
    return net;
  },

  async writeWeights(layer) {
    return writeHdf5(writeLegacyWeights(layer, await readValues(layer.weights)));
  },

  async readWeights(bytes, layer, context) {
    readWeightsOf(readHdf5(bytes, context.file, context.budget), layer, context);
  },

  async inspect(bytes, { file, budget }) {
    return hdf5Contents(readHdf5(bytes, file, budget), file, budget);
  },
};

/** The config of a whole model, in Keras 3's words, and its compile state; undefined in a file of weights alone. */
function storedModel(
  root: Hdf5Group,
  reading: ReadContext,
): { model: Json; training: Json | undefined } | undefined {
  const read = (name: string): Json | undefined => {
    const text = root.attributes.get(name);
    return typeof text === 'string' ? readPythonJson(text, reading.file, reading.budget) : undefined;
  };
  const model = read('model_config');
  if (model === undefined) return undefined;
  const dialect = dialectOf(root.attributes.get('keras_version'), model, reading.file);
  return { model: readTopology(model, olderSource(dialect, reading)), training: read('training_config') };
}

/** What compile() was given, in the layout of Keras 2; optimizers by name, which Keras has not, as they are in `.keras`. */
function trainingConfig({ config: compiled }: WrittenCompile): { [key: string]: WritableJson } {
  const { optimizer, ...training } = compiled;
  if (optimizer === undefined) return training;
  const { class_name, registered_name, config } = optimizer as { [key: string]: WritableJson };
  return { ...training, optimizer_config: { class_name: registered_name ?? class_name, config } };
}

/** Where the state of an optimizer is, by its place in the layout of Keras 3. */
function statePath([, ...name]: readonly string[]): string[] {
  return ['optimizer_weights', ...name];
}
