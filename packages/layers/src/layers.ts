// The plugin: all layers, initializers, regularizers and constraints by their Keras names, and the functions that make layers,
// which know the names of the composition.
import { bindNames, type Plugin } from '@lamella/core';
import { hardSigmoidOfKeras2 } from './activations/older.js';
import * as layerClasses from './layer-classes.js';
import { optionClasses } from './options/own-names.js';
import { FeatureSpace } from './preprocessing/feature-space.js';
import { Cross, Feature } from './preprocessing/features.js';

type Module = typeof layerClasses;

/** The functions that {@link layers} gives to a composition: `dense` and the others, which know its names. */
export type LayersApi = {
  readonly [
    Name in keyof Module as Module[Name] extends { readonly className: string } ? never : Name
  ]: Module[Name];
};

const factories = Object.fromEntries(
  Object.entries(layerClasses).filter(([, value]) => !('className' in value)),
) as LayersApi;

/**
 * Keras' layers, for a composition that reads them from files.
 *
 * @example
 * const { catalog, dense } = compose({ plugins: [layers] });
 * catalog.get('layers', 'Dense') === Dense; // true
 * dense({ units: 2 }).units; // 2
 */
export const layers: Plugin<LayersApi> = {
  name: '@lamella/layers',
  functions: [hardSigmoidOfKeras2],
  classes: { layers: { ...layerClasses, FeatureSpace }, features: { Cross, Feature }, ...optionClasses },
  api: ({ catalog }) => bindNames(catalog, factories),
};
