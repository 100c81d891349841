// `.weights.h5`: Keras 3's file of variables, the optimizer's among them.
import type { Format } from '@lamella/core';
import { readHdf5 } from '../hdf5/read-hdf5.js';
import { writeHdf5 } from '../hdf5/write-hdf5.js';
import { hdf5Contents } from '../inspect/hdf5-contents.js';
import { writeVariables } from '../hdf5/variables.js';
import { readWeightsOf } from './read-weights.js';
import { isHdf5 } from './signatures.js';

/** Source: keras.Model.save_weights. */
export const weightsH5Format: Format = {
  name: 'weights.h5',
  extensions: ['.weights.h5'],

  matches: isHdf5,

  async writeWeights(layer) {
    return writeHdf5(await writeVariables(layer, { optimizer: true }));
  },

  async readWeights(bytes, layer, context) {
    readWeightsOf(readHdf5(bytes, context.file, context.budget), layer, context);
  },

  async inspect(bytes, { file, budget }) {
    return hdf5Contents(readHdf5(bytes, file, budget), file, budget);
  },
};
