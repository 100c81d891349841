// TensorFlow.js' LayersModel: `model.json` with the layers and a list of weights, and their values in `.bin` files beside it.
// A model without Lambdas opens there; with them, here: they carry their Programs as in `.keras`.
import type { Format, FormatContext, Layer, ReadingContext, Weight } from '@lamella/core';
import { sha256 } from '@lamella/files';
import { withBudget, type AnyHostTensor, type Budget } from '@lamella/program';
import type { Model } from '@lamella/training';
import { fileInvalid } from '../errors.js';
import { assignOffers, checkOffers, type AssignRule, type Offer } from '../hdf5/assign.js';
import { planNamedState, planState, type StateCommit, type StateRule } from '../hdf5/optimizer-state.js';
import { optimizersOf } from '../hdf5/variables.js';
import { siblingStem } from '../files/sibling-names.js';
import { fileFacts } from '../keras-json/file-facts.js';
import { isRecord, readPythonJson, type Json } from '../keras-json/python-json.js';
import { readCompileConfig } from '../keras-json/read-compile.js';
import { readModel } from '../keras-json/read-model.js';
import { requireGraph } from '../keras-json/stored-graph.js';
import { writeModel } from '../keras-json/write-model.js';
import { dialectOf } from '../older-keras/dialect.js';
import { readForInspection } from '../older-keras/read-for-inspection.js';
import { readTopology } from '../older-keras/read-topology.js';
import { matchNames } from '../tfjs/match-names.js';
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
import { readValues } from '../weights/read-values.js';
import { nothingCompiled, noteNotSaved, ownFacts, readSeed, writtenCompile } from './own-facts.js';
import { assignRule, olderSource, readContext, requiredState, stateRule } from './read-context.js';
import { isJsonWith } from './signatures.js';

type JsonRecord = { readonly [key: string]: Json };

/** Source: tfjs-layers, models.ts and engine/container.ts; tfjs-core, io/types.ts. */
export const tfjsFormat: Format = {
  name: 'tfjs',
  extensions: ['.json'],

  matches: (bytes) => isJsonWith(bytes, 'modelTopology'),

  async writeModel(given, context) {
    const model = requireGraph(given, context.file);
    const compiled = model as Layer as Model;
    const includeOptimizer = context.options['includeOptimizer'] !== false;
    const compile = includeOptimizer ? writtenCompile(compiled, context) : nothingCompiled;
    const state = (includeOptimizer ? optimizersOf(model) : []).flatMap(({ optimizer, path }) =>
      optimizer.isBuilt
        ? writtenState(optimizer).map((weight) => ({ name: statePrefix(path) + weight.name, weight }))
        : [],
    );
    const named = tfjsWeights(model);
    const values = await readValues([...named.values(), ...state.map(({ weight }) => weight)]);
    const weights = [
      ...[...named].map(([name, weight]) => ({ name, value: values.get(weight)! })),
      ...state.map(({ name, weight }) => ({ name, value: values.get(weight)!, isOptimizer: true })),
    ];
    const { specs, bytes, shards } = writeGroup(weights);
    const stem = siblingStem(context.file, /\.json$/i);
    // Named by what they hold: the files of an older version stay whole until the new model.json stands.
    const hash = (await sha256(bytes)).slice(0, 16);
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
      trainingConfig: writeTrainingConfig(compiled, compile.config),
      weightsManifest: [{ paths: files.map(([name]) => name), weights: specs }],
      lamella: { ...ownFacts(compiled, compile), compile_config: compile.config },
    });
    const isSibling = (name: string): boolean =>
      name.startsWith(`${stem}.`) && /^[0-9a-f]{16}-\d+of\d+\.bin$/.test(name.slice(stem.length + 1));
    return {
      bytes: new TextEncoder().encode(json),
      siblings: Object.fromEntries(files),
      siblingsIn: (main) =>
        readManifest(parse(main, context)['weightsManifest'], context.file)
          .flatMap(({ paths }) => paths)
          .filter(isSibling),
      isSibling,
    };
  },

  async readModel(bytes, context) {
    const stored = parse(bytes, context);
    const reading = { ...readContext(context), countsCallsFromZero: true };
    const topology = readTopology(modelOf(stored), {
      ...olderSource(dialectOf(versionOf(stored), modelOf(stored), context.file), reading),
      countsModelsFromOne: true,
    });
    const groups = readManifest(stored['weightsManifest'], context.file);
    const values = await readAll(groups, context);
    const sizes = [...values.values()].reduce((sum, { size }) => sum + size, 0);
    const model = readModel(topology, reading, { seed: readSeed(stored), storedValues: sizes });
    if (context.options['compile'] !== false) {
      noteNotSaved(stored, reading);
      readCompileConfig(model, compileStateOf(stored), reading);
    }
    const notice = (line: string): void => reading.notices.add(line);
    assign(model, groups, values, {
      file: context.file,
      budget: context.budget,
      isOwn: isRecord(stored['lamella']),
      state: stateRule(context),
      notice,
    });
    reading.notices.say(context.file, reading.warn);
    return model;
  },

  async readWeights(bytes, layer, context) {
    const stored = parse(bytes, context);
    const groups = readManifest(stored['weightsManifest'], context.file);
    const reading = readContext(context);
    assign(layer, groups, await readAll(groups, context), {
      ...assignRule(context, reading),
      file: context.file,
      isOwn: isRecord(stored['lamella']),
      state: requiredState(context),
    });
    reading.notices.say(context.file, reading.warn);
  },

  async inspect(bytes, context) {
    const stored = parse(bytes, context);
    const version = versionOf(stored);
    const writer = stored['generatedBy'] ?? version;
    const groups = readManifest(stored['weightsManifest'], context.file);
    let values: Promise<Map<string, AnyHostTensor>> | undefined;
    return {
      format: 'TensorFlow.js LayersModel',
      ...(typeof writer === 'string' && { writtenBy: writer }),
      ...readForInspection(modelOf(stored), version, context.file, { countsModelsFromOne: true }),
      compile: compileStateOf(stored),
      weights: groups.flatMap(({ weights }) =>
        weights.map(({ name, shape, dtype, quantization }) => ({
          name,
          shape,
          dtype: quantization === undefined ? dtype : `${dtype} as ${quantization.dtype}`,
          read: async () => (await (values ??= readAll(groups, context))).get(name)!,
        })),
      ),
    };
  },
};

/** The stored model: in place, or, as the converter writes it, beside the versions. */
function modelOf(stored: JsonRecord): Json {
  const topology = stored['modelTopology'] as JsonRecord;
  return topology['model_config'] ?? topology;
}

function versionOf(stored: JsonRecord): Json | undefined {
  return (stored['modelTopology'] as JsonRecord)['keras_version'];
}

function parse(bytes: Uint8Array, { file, budget }: FormatContext & Partial<ReadingContext>): JsonRecord {
  const stored = readPythonJson(new TextDecoder('utf-8').decode(bytes), file, budget);
  const topology = isRecord(stored) ? stored['modelTopology'] : undefined;
  const isGraph = isRecord(topology) && Array.isArray(topology['node']);
  if (isGraph || (isRecord(stored) && stored['format'] === 'graph-model'))
    throw fileInvalid(
      file,
      'it is a GraphModel of TensorFlow.js, a graph of kernels without layers',
      'convert the Keras model anew with --output_format=tfjs_layers_model',
    );
  if (!isRecord(stored) || !isRecord(stored['modelTopology']))
    throw fileInvalid(file, 'it is no LayersModel of TensorFlow.js');
  return stored;
}

function readAll(
  groups: readonly WeightGroup[],
  { file, budget, readSibling }: ReadingContext,
): Promise<Map<string, AnyHostTensor>> {
  if (readSibling === undefined)
    throw fileInvalid(
      file,
      'its weights lie in files beside it, and there is no such place',
      'use a path, a URL, or { name, bytes, siblings }',
    );
  return readGroups(groups, readSibling, file, budget);
}

function compileStateOf(stored: JsonRecord): Json | undefined {
  const own = isRecord(stored['lamella']) ? stored['lamella']['compile_config'] : undefined;
  const isOwn = isRecord(own) && (isRecord(own['optimizer']) || isRecord(own['optimizers']));
  return isOwn ? own : readTrainingConfig(stored['trainingConfig']);
}

/** The weights by the names that TensorFlow.js gives them. */
function tfjsWeights(model: Layer): Map<string, Weight> {
  const renamed = new Map<Weight, string>();
  const visit = (layer: Layer): void => {
    const names = fileFacts(layer).tfjsWeights ?? {};
    for (const weight of layer.weights) {
      const name = Object.hasOwn(names, weight.shortName) ? names[weight.shortName] : undefined;
      if (name !== undefined) renamed.set(weight, name);
    }
    layer.sublayers.forEach(visit);
  };
  visit(model);
  return new Map(
    [...namedWeights(model)].map(([name, weight]) => [
      renamed.has(weight)
        ? name.replace(/[^/]+$/, (own) => own.replace(weight.shortName, renamed.get(weight)!))
        : name,
      weight,
    ]),
  );
}

interface Assignment extends AssignRule {
  readonly file: string;
  readonly budget: Budget;
  /** Whether Lamella wrote the file. */
  readonly isOwn: boolean;
  readonly state: StateRule;
}

/** Puts values in place, the optimizer's too where it is there for them. Throws: WEIGHTS_MISMATCH, and nothing has changed. */
function assign(
  model: Layer,
  groups: readonly WeightGroup[],
  values: ReadonlyMap<string, AnyHostTensor>,
  rule: Assignment,
): void {
  const named = withBudget(rule.budget, () => tfjsWeights(model));
  const specs = groups.flatMap(({ weights }) => weights);
  const stored = specs.filter(({ isOptimizer }) => !isOptimizer).map(({ name }) => name);
  const { found, unused } = matchNames([...named.keys()], stored);
  const offers = [...named].map(([name, weight]): Offer => ({
    weight,
    value: values.get(found.get(name) ?? ''),
  }));
  const kept = checkOffers(rule.file, offers, unused, rule);
  const commit = stateOf(model, specs, values, rule);
  assignOffers([...kept, ...commit()]);
}

function stateOf(
  model: Layer,
  specs: readonly WeightSpec[],
  values: ReadonlyMap<string, AnyHostTensor>,
  { file, isOwn, state: stateRule, notice = () => undefined }: Assignment,
): StateCommit {
  const commits = optimizersOf(model).map(({ optimizer, path, isNamed }): StateCommit => {
    const prefix = statePrefix(path);
    const stored = specs
      .filter(({ name, isOptimizer }) => isOptimizer && name.startsWith(prefix))
      .map(({ name }) => values.get(name)!);
    // A counter of no steps is what an optimizer has that has not run.
    const isNew = stored.length === 0 || (stored.length === 1 && stored[0]!.data[0] === 0);
    if (stateRule === 'none' || isNew) return () => [];
    const state = stateInKerasOrder(optimizer, stored, isOwn);
    const plan = { file, rule: stateRule, notice };
    if (state !== undefined)
      return isNamed
        ? planNamedState(optimizer, state, plan)
        : planState(optimizer, model.trainableWeights, state, plan);
    notice(
      `the state of ${optimizer.label} begins anew: TensorFlow.js' own ${optimizer.className} is another`,
    );
    return () => [];
  });
  return () => commits.flatMap((commit) => commit());
}

/** What stands before the names of an optimizer's variables, where the model has several. */
function statePrefix([, ...name]: readonly string[]): string {
  return name.length === 0 ? '' : `${encodeURIComponent(name.join('/'))}/`;
}
