// `.weights.h5`: Keras 3's file of variables, the optimizer's among them.
import type { Format } from '@lamella/core';
import type { Model } from '@lamella/training';
import { readHdf5 } from '../hdf5/read-hdf5.js';
import { writeHdf5 } from '../hdf5/write-hdf5.js';
import { legacyContents, storedWeights } from '../inspect/hdf5-contents.js';
import { isLegacyWeights, readLegacyWeights } from '../hdf5/legacy-weights.js';
import { readVariables } from '../hdf5/read-variables.js';
import { writeVariables } from '../hdf5/variables.js';
import { assignRule, readContext, requiredState } from './read-context.js';

/** Source: keras.Model.save_weights. */
export const weightsH5Format: Format = {
  name: 'weights.h5',
  extensions: ['.weights.h5'],

  async writeWeights(layer) {
    return writeHdf5(await writeVariables(layer, { optimizer: true }));
  },

  async readWeights(bytes, layer, context) {
    const root = readHdf5(bytes, context.file);
    const reading = readContext(context);
    const rule = { file: context.file, ...assignRule(context, reading) };
    if (isLegacyWeights(root)) readLegacyWeights(root, layer as Model, rule);
    else readVariables(root, layer, { ...rule, state: requiredState(context) });
    reading.notices.say(context.file, reading.warn);
  },

  async inspect(bytes, { file }) {
    const root = readHdf5(bytes, file);
    return isLegacyWeights(root)
      ? legacyContents(root, file)
      : { format: 'Keras 3 weights', weights: storedWeights(root) };
  },
};
