// A model's layers alone, as `model.to_json()` of Keras gives them: nothing is trained. Its weights are drawn anew, or come from
// a file of their own ({ weights }).
import type { Format, ReadingContext } from '@lamella/core';
import { readForInspection } from '../older-keras/read-for-inspection.js';
import { dialectOf } from '../older-keras/dialect.js';
import { readTopology } from '../older-keras/read-topology.js';
import { isRecord, readPythonJson, type Json } from '../keras-json/python-json.js';
import { readCompileConfig } from '../keras-json/read-compile.js';
import { readModel } from '../keras-json/read-model.js';
import { olderSource, readContext } from './read-context.js';
import { isJsonWith } from './signatures.js';

/** Source: keras.Model.to_json. */
export const architectureFormat: Format = {
  name: 'architecture',
  extensions: ['.json'],

  matches: (bytes) =>
    isJsonWith(bytes, 'class_name') &&
    !isJsonWith(bytes, 'modelTopology') &&
    !isJsonWith(bytes, 'weight_map'),

  async readModel(bytes, context) {
    const stored = parse(bytes, context);
    const reading = readContext(context);
    const dialect = dialectOf(versionOf(stored), stored, context.file);
    const config = readTopology(stored, olderSource(dialect, reading));
    const model = readModel(config, reading, {
      seed: undefined,
      storedValues: context.options['weights'] === undefined ? 'drawn' : 'elsewhere',
    });
    if (context.options['compile'] !== false && isRecord(config))
      readCompileConfig(model, config['compile_config'], reading);
    reading.notices.say(context.file, reading.warn);
    return model;
  },

  async inspect(bytes, context) {
    const stored = parse(bytes, context);
    const version = versionOf(stored);
    return {
      format: 'Keras architecture',
      ...(typeof version === 'string' && { writtenBy: `Keras ${version}` }),
      ...readForInspection(stored, version, context.file),
      weights: [],
    };
  },
};

function parse(bytes: Uint8Array, { file, budget }: ReadingContext): Json {
  return readPythonJson(new TextDecoder('utf-8').decode(bytes), file, budget);
}

function versionOf(stored: Json): Json | undefined {
  return isRecord(stored) ? stored['keras_version'] : undefined;
}
