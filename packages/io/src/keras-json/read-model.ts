// From a stored config back to a model, or to a layer by itself: first everything that is missing is listed, then layers are made,
// then their calls.
import { isInputLayer, isLayer, withWeightAllocator, type Layer } from '@lamella/core';
import { HostTensor, sizeOf, withBudget } from '@lamella/program';
import { Functional, Sequential, type Model } from '@lamella/training';
import { fileInvalid } from '../errors.js';
import { checkKnown } from './check-known.js';
import { isLambdaEntry, readLambda } from './lambda.js';
import { checkModelCost } from './model-cost.js';
import type { Json } from './python-json.js';
import { readGraph } from './read-graph.js';
import { buildAsStored } from './read-build.js';
import { isModel, restoreSubclassed } from './subclassed-model.js';
import {
  isEnvelope,
  configOf,
  isModelEntry,
  layersOf,
  readObject,
  type Envelope,
  type ReadContext,
} from './read-object.js';

type JsonRecord = { readonly [key: string]: Json };

/** Values that a model may have beyond those its file stores, before it is refused as one that can never fit. */
const spareValues = 2 ** 20;

/** Values that a model whose weights are drawn may have: more than any of keras.applications up to VGG19. */
const mostDrawn = 160_000_000;
/** Values that a model may have whose weights come from another file. */
const mostAwaited = 2 ** 29;

export interface ReadModelOptions {
  /** Of the model's random draws. */
  readonly seed: number | undefined;
  /** How many values of weights the file stores; or where else they come from: they are drawn, or another file has them. */
  readonly storedValues: number | 'drawn' | 'elsewhere';
}

/** The model an envelope describes: {@link readLayer} for files that hold models alone. Throws: what it throws. */
export function readModel(envelope: Json, context: ReadContext, options: ReadModelOptions): Model {
  const read = readLayer(envelope, context, options);
  if (isModel(read)) return read;
  throw fileInvalid(
    context.file,
    'expected a model, got a layer',
    'save models: what model() or sequential() returns, or a subclass of Model',
  );
}

/**
 * The model that an envelope describes, or the layer by itself, its weights still zero.
 * Throws: CLASS_UNKNOWN and FUNCTION_UNKNOWN listing everything that is missing; FILE_INVALID.
 */
export function readLayer(envelope: Json, context: ReadContext, options: ReadModelOptions): Layer {
  checkKnown(envelope, context);
  const { storedValues } = options;
  const isDrawn = storedValues === 'drawn';
  const most = isDrawn ? mostDrawn : mostAwaited;
  let left = typeof storedValues === 'number' ? 2 * storedValues + spareValues : most;
  const read = withWeightAllocator(
    ({ path, shape, dtype }, initialize) => {
      left -= sizeOf(shape);
      context.budget.spend('values', 1, `weight "${path}"`);
      if (!(left >= 0))
        throw fileInvalid(
          context.file,
          `weight "${path}" [${shape.join(', ')}] is larger than ${typeof storedValues === 'number' ? 'all that the file stores' : `${most} values`}`,
          isDrawn ? 'give the file of its weights, too, as { weights }' : undefined,
        );
      return isDrawn ? initialize() : HostTensor.zeros(shape, dtype);
    },
    () => withBudget(context.budget, () => rootOf(envelope, context, options.seed)),
  );
  for (const loaded of context.whenLoaded) loaded();
  return read;
}

function rootOf(entry: Json, context: ReadContext, seed: number | undefined): Layer {
  if (!isEnvelope(entry))
    throw fileInvalid(context.file, 'expected a model, got something without a class name and a config');
  if (isModelEntry(entry)) return modelOf(entry, context, seed);
  const layer = layerOf(entry, context);
  if (isModel(layer)) return restoreSubclassed(layer, entry, context, seed);
  buildAsStored(layer, entry, context.file);
  return layer;
}

function modelOf(entry: Envelope, context: ReadContext, seed?: number): Model {
  const id = entry['shared_object_id'];
  if (typeof id === 'number' && context.shared.has(id)) return context.shared.get(id) as Model;
  const made =
    entry.class_name === 'Sequential'
      ? sequentialOf(entry, context, seed)
      : functionalOf(entry, context, seed);
  checkModelCost(made, context.file);
  if (typeof id === 'number') context.shared.set(id, made);
  return made;
}

function nameAndTrainable(config: JsonRecord): { name?: string; trainable?: boolean } {
  return {
    ...(typeof config['name'] === 'string' && { name: config['name'] }),
    ...(typeof config['trainable'] === 'boolean' && { trainable: config['trainable'] }),
  };
}

function sequentialOf(entry: Json, context: ReadContext, seed: number | undefined): Sequential {
  const config = configOf(entry, context);
  const layers = layersOf(entry, context).map((layer) => layerOf(layer, context));
  const shape = config['build_input_shape'];
  const hasInput = layers[0] !== undefined && isInputLayer(layers[0]);
  if (!hasInput && !Array.isArray(shape))
    throw fileInvalid(
      context.file,
      'a sequential model was saved before it was built',
      'call the model once before saving it',
    );
  const options = {
    ...nameAndTrainable(config),
    layers,
    seed,
    ...(!hasInput && { inputShape: (shape as (number | null)[]).slice(1) }),
  };
  return new Sequential(options, context.composition);
}

/** The layer that an entry describes: a graph, a Lambda, or an object of a class. Throws: FILE_INVALID, CLASS_UNKNOWN. */
export function layerOf(entry: Json, context: ReadContext): Layer {
  context.budget.spend('steps', 100, 'a layer of it');
  if (!isEnvelope(entry)) throw fileInvalid(context.file, 'a layer has no class name or no config');
  if (isModelEntry(entry)) return modelOf(entry, context);
  const id = entry['shared_object_id'];
  const known = typeof id === 'number' ? context.shared.get(id) : undefined;
  if (isLayer(known)) return known;
  if (isLambdaEntry(entry)) {
    const lambda = readLambda(entry, context);
    if (typeof id === 'number') context.shared.set(id, lambda);
    return lambda;
  }
  const layer =
    entry.class_name === 'InputLayer' ? inputLayerOf(entry, context) : readObject(entry, context, 'layers');
  if (!isLayer(layer)) throw fileInvalid(context.file, `"${entry.class_name}" is no layer`);
  return layer;
}

function inputLayerOf(entry: JsonRecord, context: ReadContext): unknown {
  const { batch_input_shape: older, ...config } = configOf(entry, context);
  return readObject(
    { ...entry, config: older === undefined ? config : { ...config, batch_shape: older } },
    context,
    'layers',
  );
}

function functionalOf(entry: Json, context: ReadContext, seed: number | undefined): Functional {
  const config = configOf(entry, context);
  const ends = readGraph(config, layersOf(entry, context), (inner) => layerOf(inner, context), context);
  return new Functional({ ...nameAndTrainable(config), ...ends, seed }, context.composition);
}
