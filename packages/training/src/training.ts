// The plugin: model() and sequential() bound to a composition, and the classes files may name.
import {
  checkOptionNames,
  type Composition,
  type Computed,
  type OptionNames,
  type Plugin,
  type SymbolicTree,
} from '@lamella/core';
import { Functional, type FunctionalOptions } from './functional.js';
import { trainingClasses } from './own-names.js';
import {
  Sequential,
  sequentialOptions,
  type SequentialLayers,
  type SequentialOptions,
} from './sequential.js';

const ownNames = { name: true, trainable: true, backend: true, seed: true } as const;
const modelNames: OptionNames<FunctionalOptions> = { ...ownNames, inputs: true, outputs: true, dtype: true };
const sequentialNames: OptionNames<SequentialOptions> = { ...ownNames, layers: true, inputShape: true };

function checkedModel(options: FunctionalOptions): FunctionalOptions {
  checkOptionNames('model()', options, modelNames);
  return options;
}

function checkedChain(
  layers: SequentialLayers | SequentialOptions,
  options?: Omit<SequentialOptions, 'layers'>,
): SequentialOptions {
  const given = sequentialOptions(layers, options);
  checkOptionNames('sequential()', given, sequentialNames);
  return given;
}

/** The type of `model`: what it is made of says what the model takes and gives. */
export interface ModelFactory {
  <const I extends SymbolicTree, const O extends SymbolicTree>(
    options: FunctionalOptions<I, O>,
  ): Functional<Computed<I>, Computed<O>>;
}

/** Makes a model of symbolic inputs and outputs. Without a composition, pass `backend`. */
export const model = ((options: FunctionalOptions) => new Functional(checkedModel(options))) as ModelFactory;

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
  return new Sequential(checkedChain(layers, options));
}

/** The functions that {@link training} gives to a composition. */
export interface TrainingApi {
  readonly model: ModelFactory;
  readonly sequential: typeof sequential;
}

/** Models that train, for compose(). */
export const training: Plugin<TrainingApi> = {
  name: '@lamella/training',
  classes: { layers: [Functional, Sequential], ...trainingClasses },
  api: (composition: Composition): TrainingApi => ({
    model: ((options: FunctionalOptions) =>
      new Functional(checkedModel(options), composition)) as ModelFactory,
    sequential: (layers: SequentialLayers | SequentialOptions, options?: Omit<SequentialOptions, 'layers'>) =>
      new Sequential(checkedChain(layers, options), composition),
  }),
};
