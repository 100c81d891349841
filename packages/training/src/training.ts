// The plugin: model() and sequential() bound to a composition, and the classes files may name.
import type { Composition, Plugin } from '@lamella/core';
import * as losses from './losses/index.js';
import * as metrics from './metrics/index.js';
import { Model, type ModelOptions } from './model.js';
import * as optimizers from './optimizers/index.js';
import * as schedules from './optimizers/schedules/index.js';
import {
  Sequential,
  sequentialOptions,
  type SequentialLayers,
  type SequentialOptions,
} from './sequential.js';

/** Makes a model of symbolic inputs and outputs. Without a composition, pass `backend`. */
export function model(options: ModelOptions): Model {
  return new Model(options);
}

/**
 * Makes a chain of layers a model: `sequential([input({ shape: [4] }), dense({ units: 1 })])`.
 * Without a composition, pass `backend`. Throws: INPUT_INVALID, SHAPE_MISMATCH.
 */
export function sequential(layers: SequentialLayers, options?: Omit<SequentialOptions, 'layers'>): Sequential;
export function sequential(options: SequentialOptions): Sequential;
export function sequential(
  layers: SequentialLayers | SequentialOptions,
  options?: Omit<SequentialOptions, 'layers'>,
): Sequential {
  return new Sequential(sequentialOptions(layers, options));
}

/** The functions that {@link training} gives to a composition. */
export interface TrainingApi {
  model(options: ModelOptions): Model;
  readonly sequential: typeof sequential;
}

/** Models that train, for compose(). */
export const training: Plugin<TrainingApi> = {
  name: '@lamella/training',
  classes: { layers: [Model, Sequential], losses, metrics, optimizers, schedules },
  api: (composition: Composition): TrainingApi => ({
    model: (options) => new Model(options, composition),
    sequential: (layers: SequentialLayers | SequentialOptions, options?: Omit<SequentialOptions, 'layers'>) =>
      new Sequential(sequentialOptions(layers, options), composition),
  }),
};
