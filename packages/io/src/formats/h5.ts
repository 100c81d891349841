// `.h5`: the older whole-model and weights file, in the form that Keras 3 writes.
import type { Format, Functional, Layer } from '@lamella/core';
import type { Model } from '@lamella/training';
import { fileInvalid } from '../errors.js';
import { readHdf5 } from '../hdf5/read-hdf5.js';
import { writeHdf5 } from '../hdf5/write-hdf5.js';
import {
  isLegacyWeights,
  readLegacyWeights,
  writeLegacyOptimizer,
  writeLegacyWeights,
  writtenKerasVersion,
} from '../hdf5/legacy-weights.js';
import { hdf5Group, storedValues } from '../hdf5/tree.js';
import { isRecord, readPythonJson, writePythonJson } from '../keras-json/python-json.js';
import { readCompileConfig } from '../keras-json/read-compile.js';
import { readModel } from '../keras-json/read-model.js';
import { writeCompileConfig, writeModel } from '../keras-json/write-model.js';
import { legacyContents } from '../inspect/hdf5-contents.js';
import { readContext, readSeed } from './read-context.js';

/** Source: keras.src.legacy.saving. */
export const h5Format: Format = {
  name: 'h5',
  extensions: ['.h5', '.hdf5'],

  async writeModel(model, context) {
    const root = hdf5Group();
    const includeOptimizer = context.options['includeOptimizer'] !== false;
    root.attributes.set('backend', 'lamella');
    root.attributes.set('keras_version', writtenKerasVersion);
    root.attributes.set(
      'model_config',
      writePythonJson({
        ...writeModel(model, 'hybrid'),
        lamella: { version: 1, seed: (model as Model).seed },
      }),
    );
    root.groups.set('model_weights', writeLegacyWeights(model));
    const { optimizer, ...training } = writeCompileConfig(model as Model);
    if (includeOptimizer && optimizer !== undefined) {
      root.attributes.set(
        'training_config',
        writePythonJson({ ...training, optimizer_config: withoutModule(optimizer) }),
      );
      if ((model as Model).compiled!.optimizer.isBuilt)
        root.groups.set('optimizer_weights', writeLegacyOptimizer(model as Model));
    }
    return writeHdf5(root);
  },

  async readModel(bytes, context) {
    const root = readHdf5(bytes, context.file);
    const stored = root.attributes.get('model_config');
    const weights = root.groups.get('model_weights');
    if (typeof stored !== 'string' || weights === undefined)
      throw fileInvalid(
        context.file,
        'it holds no model',
        'if it holds weights only, rebuild the model and call loadWeights()',
      );
    const reading = readContext(context);
    const config = readPythonJson(stored, context.file);
    const model = readModel(config, reading, { seed: readSeed(config), storedValues: storedValues(root) });
    const training = root.attributes.get('training_config');
    if (typeof training === 'string' && context.options['compile'] !== false) {
      const parsed = readPythonJson(training, context.file);
      if (isRecord(parsed))
        readCompileConfig(model, { ...parsed, optimizer: parsed['optimizer_config'] ?? null }, reading);
    }
    readLegacyWeights(weights, model, context.file, root.groups.get('optimizer_weights'));
    return model satisfies Functional;
  },

  async writeWeights(layer) {
    return writeHdf5(writeLegacyWeights(layer as Functional));
  },

  async readWeights(bytes, layer: Layer, context) {
    const root = readHdf5(bytes, context.file);
    readLegacyWeights(
      isLegacyWeights(root) ? root : (root.groups.get('model_weights') ?? root),
      layer as Functional,
      context.file,
    );
  },

  async inspect(bytes, { file }) {
    return legacyContents(readHdf5(bytes, file), file);
  },
};

function withoutModule(envelope: unknown): { class_name: string; config: never } {
  const { class_name, config } = envelope as { class_name: string; config: never };
  return { class_name, config };
}
