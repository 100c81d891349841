// The plugin: all layers, initializers, regularizers and constraints by their Keras names, for compose().
import type { Plugin } from '@lamella/core';
import { hardSigmoidOfKeras2 } from './activations/older.js';
import * as constraints from './constraints/index.js';
import * as initializers from './initializers/index.js';
import * as layerClasses from './layer-classes.js';
import * as regularizers from './regularizers/index.js';

/**
 * Keras' layers, for a composition that reads them from files.
 *
 * @example
 * const { catalog } = compose({ plugins: [layers] });
 * catalog.get('layers', 'Dense') === Dense; // true
 */
export const layers: Plugin = {
  name: '@lamella/layers',
  functions: [hardSigmoidOfKeras2],
  classes: { layers: layerClasses, initializers, regularizers, constraints },
};
