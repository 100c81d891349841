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
import { hdf5Group, storedValues, type Hdf5Group } from '../hdf5/tree.js';
import { assignOffers } from '../hdf5/assign.js';
import { optimizerOf, planState } from '../hdf5/optimizer-state.js';
import { isRecord, readPythonJson, writePythonJson, type Json } from '../keras-json/python-json.js';
import { readCompileConfig } from '../keras-json/read-compile.js';
import { readModel } from '../keras-json/read-model.js';
import type { ReadContext } from '../keras-json/read-object.js';
import { requireGraph } from '../keras-json/stored-graph.js';
import { writeCompileConfig } from '../keras-json/write-compile.js';
import { writeModel } from '../keras-json/write-model.js';
import { hdf5Contents } from '../inspect/hdf5-contents.js';
import { dialectOf } from '../older-keras/dialect.js';
import { readTopology } from '../older-keras/read-topology.js';
import { readValues } from '../weights/read-values.js';
import { olderSource, readContext, readSeed, stateRule } from './read-context.js';
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
    root.attributes.set(
      'model_config',
      writePythonJson({
        ...writeModel(model, 'hybrid'),
        lamella: { version: 1, seed: (given as Model).seed },
      }),
    );
    const { optimizer, ...training } = writeCompileConfig(given as Model);
    const compiled = includeOptimizer && optimizer !== undefined ? (given as Model).optimizer : undefined;
    const values = await readValues([...model.weights, ...(compiled?.variables ?? [])]);
    root.groups.set('model_weights', writeLegacyWeights(model, values));
    if (compiled !== undefined) {
      root.attributes.set(
        'training_config',
        writePythonJson({ ...training, optimizer_config: withoutModule(optimizer!) }),
      );
      root.groups.set('optimizer_weights', writeLegacyOptimizer(compiled, values));
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
    if (isRecord(training) && context.options['compile'] !== false)
      readCompileConfig(net, { ...training, optimizer: training['optimizer_config'] ?? null }, reading);
    const optimizer = optimizerOf(net);
    const state = root.groups.get('optimizer_weights');
    const commit =
      optimizer === undefined || state === undefined
        ? undefined
        : planState(
            optimizer,
            net.trainableWeights,
            readLegacyState(state, optimizer, net.trainableWeights, context),
            { file: context.file, rule: stateRule(context), notice: (line) => reading.notices.add(line) },
          );
    readLegacyWeights(weights, net, { file: context.file, budget: context.budget });
    assignOffers(commit?.() ?? []);
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

function withoutModule(envelope: unknown): { class_name: string; config: never } {
  const { class_name, config } = envelope as { class_name: string; config: never };
  return { class_name, config };
}
