// TensorFlow.js' LayersModel: `model.json` with the layers and a list of weights, and their values in `.bin` files beside it.
// A model without Lambdas opens there; with them, here: they carry their Programs as in `.keras`.
import type { Format, FormatContext, Functional, Layer, Weight } from '@lamella/core';
import type { HostTensor } from '@lamella/program';
import type { Model } from '@lamella/training';
import { fileInvalid } from '../errors.js';
import { digest } from '../files/digest.js';
import { assignOffers, checkOffers, type Offer } from '../hdf5/assign.js';
import { offerState, optimizerOf, type StateOffers } from '../hdf5/optimizer-state.js';
import { isRecord, readPythonJson, type Json } from '../keras-json/python-json.js';
import { readCompileConfig } from '../keras-json/read-compile.js';
import { readModel } from '../keras-json/read-model.js';
import { writeCompileConfig, writeModel } from '../keras-json/write-model.js';
import { readTopology } from '../tfjs/read-topology.js';
import { writeStrictJson } from '../tfjs/strict-json.js';
import {
  readTrainingConfig,
  stateInKerasOrder,
  writeTrainingConfig,
  writtenState,
} from '../tfjs/training-config.js';
import {
  readGroups,
  readManifest,
  writeGroup,
  type WeightGroup,
  type WeightSpec,
} from '../tfjs/weights-manifest.js';
import { writeTopology } from '../tfjs/write-topology.js';
import { namedWeights } from '../weights/named-weights.js';
import { readContext, readSeed } from './read-context.js';

type JsonRecord = { readonly [key: string]: Json };

/** Source: tfjs-layers, models.ts and engine/container.ts; tfjs-core, io/types.ts. */
export const tfjsFormat: Format = {
  name: 'tfjs',
  extensions: ['.json'],

  async writeModel(model, context) {
    const compiled = model as Model;
    const includeOptimizer = context.options['includeOptimizer'] !== false;
    const compileConfig = includeOptimizer ? writeCompileConfig(compiled) : {};
    const optimizer = includeOptimizer ? optimizerOf(model) : undefined;
    const state = optimizer?.isBuilt === true ? writtenState(optimizer) : [];
    const weights = [
      ...[...tfjsWeights(model)].map(([name, { value }]) => ({ name, value })),
      ...state.map(({ name, value }) => ({ name, value, isOptimizer: true })),
    ];
    const { specs, bytes, shards } = writeGroup(weights);
    const stem = context.file.replace(/^.*[/\\]/, '').replace(/\.json$/i, '');
    // Named by what they hold: the files of an older version stay whole until the new model.json stands.
    const hash = await digest(bytes);
    const files = shards.map(
      (shard, i) => [`${stem}.${hash}-${i + 1}of${shards.length}.bin`, shard] as const,
    );
    const json = writeStrictJson({
      format: 'layers-model',
      generatedBy: 'Lamella',
      convertedBy: null,
      modelTopology: {
        keras_version: '2.15.0',
        backend: 'tensorflow',
        model_config: writeTopology(writeModel(model, 'hybrid')),
      },
      trainingConfig: writeTrainingConfig(compiled, compileConfig),
      weightsManifest: [{ paths: files.map(([name]) => name), weights: specs }],
      lamella: { version: 1, seed: compiled.seed, compile_config: compileConfig },
    });
    return {
      bytes: new TextEncoder().encode(json),
      siblings: Object.fromEntries(files),
      isSuperseded: (name) =>
        name.startsWith(`${stem}.`) && /^[0-9a-f]{16}-\d+of\d+\.bin$/.test(name.slice(stem.length + 1)),
    };
  },

  async readModel(bytes, context) {
    const stored = parse(bytes, context);
    const topology = readTopology(stored['modelTopology'], context.file);
    const groups = readManifest(stored['weightsManifest'], context.file);
    const values = await readAll(groups, context);
    const reading = readContext(context);
    const storedValues = [...values.values()].reduce((sum, { size }) => sum + size, 0);
    const model = readModel(topology, reading, { seed: readSeed(stored), storedValues });
    if (context.options['compile'] !== false) readCompileConfig(model, compileStateOf(stored), reading);
    assign(model, groups, values, { context, isOwn: isRecord(stored['lamella']) });
    return model satisfies Functional;
  },

  async readWeights(bytes, layer, context) {
    const stored = parse(bytes, context);
    const groups = readManifest(stored['weightsManifest'], context.file);
    assign(layer, groups, await readAll(groups, context), { context, isOwn: isRecord(stored['lamella']) });
  },

  async inspect(bytes, context) {
    const stored = parse(bytes, context);
    const topology = stored['modelTopology'];
    const version = isRecord(topology) ? topology['keras_version'] : undefined;
    const writer = stored['generatedBy'] ?? version;
    return {
      format: 'TensorFlow.js LayersModel',
      ...(typeof writer === 'string' && { writtenBy: writer }),
      ...(topology !== undefined && { model: readTopology(topology, context.file) }),
      compile: compileStateOf(stored),
      weights: readManifest(stored['weightsManifest'], context.file).flatMap(({ weights }) =>
        weights.map(({ name, shape, dtype, quantization }) => ({
          name,
          shape,
          dtype: quantization === undefined ? dtype : `${dtype} as ${quantization.dtype}`,
        })),
      ),
    };
  },
};

function parse(bytes: Uint8Array, { file }: FormatContext): JsonRecord {
  const stored = readPythonJson(new TextDecoder('utf-8').decode(bytes), file);
  if (isRecord(stored) && stored['format'] === 'graph-model')
    throw fileInvalid(
      file,
      'it is a GraphModel, which has no layers',
      'convert the Keras model to a LayersModel',
    );
  if (!isRecord(stored) || !isRecord(stored['modelTopology']))
    throw fileInvalid(file, 'it is no LayersModel of TensorFlow.js');
  return stored;
}

function readAll(groups: readonly WeightGroup[], context: FormatContext): Promise<Map<string, HostTensor>> {
  const { file, readSibling } = context;
  if (readSibling === undefined)
    throw fileInvalid(
      file,
      'its weights lie in files beside it, and there is no such place',
      'use a path, a URL, or { name, bytes, siblings }',
    );
  return readGroups(groups, readSibling, file);
}

function compileStateOf(stored: JsonRecord): Json | undefined {
  const own = isRecord(stored['lamella']) ? stored['lamella']['compile_config'] : undefined;
  return isRecord(own) && isRecord(own['optimizer']) ? own : readTrainingConfig(stored['trainingConfig']);
}

/** The weights by the names that TensorFlow.js gives them. */
function tfjsWeights(model: Layer): Map<string, Weight> {
  const depthwise = new Set<Weight>();
  const visit = (layer: Layer): void => {
    if (layer.className === 'DepthwiseConv2D') for (const weight of layer.weights) depthwise.add(weight);
    layer.sublayers.forEach(visit);
  };
  visit(model);
  return new Map(
    [...namedWeights(model)].map(([name, weight]) => [
      depthwise.has(weight) ? name.replace(/\/kernel$/, '/depthwise_kernel') : name,
      weight,
    ]),
  );
}

/** Puts values in place, the optimizer's too where it is there for them. Throws: WEIGHTS_MISMATCH, and nothing has changed. */
function assign(
  model: Layer,
  groups: readonly WeightGroup[],
  values: ReadonlyMap<string, HostTensor>,
  { context, isOwn }: { readonly context: FormatContext; readonly isOwn: boolean },
): void {
  const named = tfjsWeights(model);
  const specs = groups.flatMap(({ weights }) => weights);
  const found = new Map<string, HostTensor>();
  const unused: string[] = [];
  for (const { name } of specs.filter(({ isOptimizer }) => !isOptimizer)) {
    const known = named.has(name) ? name : withoutCell(name);
    if (named.has(known) && !found.has(known)) found.set(known, values.get(name)!);
    else unused.push(name);
  }
  const offers = [...named].map(([name, weight]): Offer => ({ weight, value: found.get(name) }));
  const state = stateOf(model, specs, values, { context, isOwn });
  checkOffers(
    context.file,
    [...offers, ...(state?.offers ?? [])],
    [...unused, ...(state?.unused ?? [])],
    state && 'the state of the optimizer is left alone with { includeOptimizer: false }',
  );
  assignOffers([...offers, ...(state?.commit() ?? [])]);
}

/** TensorFlow 2 names a weight of a recurrent layer by its cell, too: `lstm/lstm_cell/kernel`. */
function withoutCell(name: string): string {
  return name.replace(/[^/]+\/([^/]+)$/, '$1');
}

function stateOf(
  model: Layer,
  specs: readonly WeightSpec[],
  values: ReadonlyMap<string, HostTensor>,
  { context, isOwn }: { readonly context: FormatContext; readonly isOwn: boolean },
): StateOffers | undefined {
  const optimizer = optimizerOf(model);
  const stored = specs.filter(({ isOptimizer }) => isOptimizer).map(({ name }) => values.get(name)!);
  // A counter of no steps is what an optimizer has that has not run.
  const isNew = stored.length === 0 || (stored.length === 1 && stored[0]!.data[0] === 0);
  if (optimizer === undefined || context.options['includeOptimizer'] === false || isNew) return undefined;
  const state = stateInKerasOrder(optimizer, stored, isOwn);
  if (state !== undefined) return offerState(optimizer, model.trainableWeights, state);
  readContext(context).warn(
    `"${context.file}" holds the state of TensorFlow.js' own ${optimizer.className}, which differs; it begins anew.`,
  );
  return undefined;
}
