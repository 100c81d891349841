// From a stored config back to a model: layers first, then their calls, in whatever order the file lists them.
import { isInputLayer, isLayer, type CallOptions, type Layer, type SymbolicTensor } from '@lamella/core';
import { Model, Sequential } from '@lamella/training';
import { classesUnknown, fileInvalid, functionsUnknown } from '../errors.js';
import { isLambdaEntry, missingFunctions, readLambda } from './lambda.js';
import { isRecord, type Json } from './python-json.js';
import {
  describeClass,
  findClass,
  isEnvelope,
  readObject,
  readValue,
  type ReadContext,
} from './read-object.js';

type JsonRecord = { readonly [key: string]: Json };

/** The model an envelope describes. Throws: CLASS_UNKNOWN and FUNCTION_UNKNOWN listing everything that is missing, FILE_INVALID. */
export function readModel(envelope: Json, context: ReadContext, seed?: number): Model {
  checkKnown(envelope, context);
  return modelOf(envelope, context, seed);
}

/** Applies a stored compile() to a model. */
export function readCompileConfig(model: Model, config: Json | undefined, context: ReadContext): void {
  if (!isRecord(config) || !isRecord(config['optimizer'])) return;
  const options = Object.fromEntries(
    (['optimizer', 'loss', 'loss_weights', 'metrics', 'weighted_metrics'] as const)
      .filter((key) => config[key] !== null && config[key] !== undefined)
      .map((key) => [
        key,
        readValue(
          config[key]!,
          context,
          key === 'optimizer' ? 'optimizers' : key.startsWith('loss') ? 'losses' : 'metrics',
        ),
      ]),
  );
  model.compile({
    optimizer: options['optimizer'] as never,
    loss: options['loss'] as never,
    lossWeights: options['loss_weights'] as never,
    metrics: options['metrics'] as never,
    weightedMetrics: options['weighted_metrics'] as never,
  });
}

/** Looks through the whole config for layers that cannot be made, before any is. */
function checkKnown(envelope: Json, context: ReadContext): void {
  const classes = new Set<string>();
  const functions = new Set<string>();
  const look = (entry: Json): void => {
    if (!isEnvelope(entry)) throw fileInvalid(context.file, 'a layer has no class name or no config');
    if (isLambdaEntry(entry)) {
      for (const missing of missingFunctions(entry, context)) functions.add(missing);
      return;
    }
    if (isModelEntry(entry)) {
      for (const layer of layersOf(entry, context)) look(layer);
      return;
    }
    const found = findClass(entry, context, 'layers');
    if (found === undefined) classes.add(`  ${describeClass(entry, context)}`);
  };
  look(envelope);
  if (classes.size > 0) throw classesUnknown(context.file, [...classes]);
  if (functions.size > 0) throw functionsUnknown(context.file, [...functions]);
}

function isModelEntry(entry: JsonRecord & { readonly class_name: string }): boolean {
  return (
    entry.class_name === 'Functional' || entry.class_name === 'Model' || entry.class_name === 'Sequential'
  );
}

function configOf(entry: Json, context: ReadContext): JsonRecord {
  const config = isRecord(entry) ? entry['config'] : undefined;
  if (!isRecord(config)) throw fileInvalid(context.file, 'a model or layer has no config');
  return config;
}

function layersOf(entry: Json, context: ReadContext): readonly Json[] {
  const layers = configOf(entry, context)['layers'];
  if (!Array.isArray(layers)) throw fileInvalid(context.file, 'a model has no list of layers');
  return layers as readonly Json[];
}

function modelOf(entry: Json, context: ReadContext, seed?: number): Model {
  if (!isEnvelope(entry) || !isModelEntry(entry)) {
    throw fileInvalid(
      context.file,
      `expected a functional or sequential model, got ${isEnvelope(entry) ? entry.class_name : 'something else'}`,
      'subclassed models hold Python code; save a functional one',
    );
  }
  const id = entry['shared_object_id'];
  if (typeof id === 'number' && context.shared.has(id)) return context.shared.get(id) as Model;
  const made =
    entry.class_name === 'Sequential'
      ? sequentialOf(entry, context, seed)
      : functionalOf(entry, context, seed);
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

function layerOf(entry: Json, context: ReadContext): Layer {
  if (!isEnvelope(entry)) throw fileInvalid(context.file, 'a layer has no class name or no config');
  if (isModelEntry(entry)) return modelOf(entry, context);
  if (isLambdaEntry(entry)) return readLambda(entry, context);
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

/** A call waiting for its inputs. */
interface Call {
  readonly layer: Layer;
  readonly args: Json;
  readonly options: CallOptions;
}

function functionalOf(entry: Json, context: ReadContext, seed: number | undefined): Model {
  const config = configOf(entry, context);
  const layers = new Map<string, Layer>();
  const calls: Call[] = [];
  const outputs = new Map<string, (readonly SymbolicTensor[])[]>();
  for (const stored of layersOf(entry, context)) {
    const layer = layerOf(stored, context);
    if (layers.has(layer.name)) throw fileInvalid(context.file, `two layers are named "${layer.name}"`);
    layers.set(layer.name, layer);
    outputs.set(layer.name, isInputLayer(layer) ? [[layer.tensor]] : []);
    const nodes = isRecord(stored) ? stored['inbound_nodes'] : undefined;
    for (const node of Array.isArray(nodes) ? (nodes as readonly Json[]) : [])
      calls.push({ layer, ...readCall(node, context) });
  }
  runCalls(calls, outputs, context);
  const find = (triple: Json): SymbolicTensor => {
    if (!isTriple(triple)) throw fileInvalid(context.file, 'an input or output of the model is malformed');
    const [name, node, index] = triple;
    const made = outputs.get(name) ?? [];
    // Files count a nested functional model's own graph as its call 0 here, and only here.
    const nested = layers.get(name) instanceof Model && layers.get(name)!.className !== 'Sequential';
    const tensor = made[nested ? node - 1 : node]?.[index] ?? made[node]?.[index];
    if (tensor === undefined)
      throw fileInvalid(
        context.file,
        `the model refers to output ${index} of call ${node} of "${name}", which does not exist`,
      );
    return tensor;
  };
  return new Model(
    {
      ...nameAndTrainable(config),
      inputs: mirrored(config['input_layers'], find, context),
      outputs: mirrored(config['output_layers'], find, context),
      seed,
    },
    context.composition,
  );
}

function isTriple(value: Json | undefined): value is readonly [string, number, number] {
  return (
    Array.isArray(value) &&
    value.length >= 3 &&
    typeof value[0] === 'string' &&
    typeof value[1] === 'number' &&
    typeof value[2] === 'number'
  );
}

/** One tensor, a list, or a record sorted by its keys, as the constructor was given them. */
function mirrored(
  stored: Json | undefined,
  find: (triple: Json) => SymbolicTensor,
  context: ReadContext,
): SymbolicTensor | SymbolicTensor[] {
  if (isTriple(stored)) return find(stored);
  if (Array.isArray(stored)) return (stored as readonly Json[]).map(find);
  if (isRecord(stored))
    return Object.keys(stored)
      .sort()
      .map((key) => find(stored[key]!));
  throw fileInvalid(context.file, 'the model lists no inputs or no outputs');
}

/** Makes the calls in an order in which their inputs exist. */
function runCalls(
  calls: readonly Call[],
  outputs: Map<string, (readonly SymbolicTensor[])[]>,
  context: ReadContext,
): void {
  let waiting = [...calls];
  while (waiting.length > 0) {
    const later: Call[] = [];
    const blocked = new Set<string>();
    for (const call of waiting) {
      // The calls of one layer are numbered by their order, so a later one never overtakes.
      const args = blocked.has(call.layer.name) ? undefined : resolve(call.args, outputs, context);
      if (args === undefined) {
        blocked.add(call.layer.name);
        later.push(call);
        continue;
      }
      outputs.get(call.layer.name)!.push(call.layer.applyAll(args, call.options));
    }
    if (later.length === waiting.length) {
      throw fileInvalid(
        context.file,
        `its graph has a loop or loose ends at ${[...blocked]
          .slice(0, 5)
          .map((name) => `"${name}"`)
          .join(', ')}`,
      );
    }
    waiting = later;
  }
}

function resolve(
  args: Json,
  outputs: ReadonlyMap<string, (readonly SymbolicTensor[])[]>,
  context: ReadContext,
): SymbolicTensor | SymbolicTensor[] | undefined {
  const one = (value: Json): SymbolicTensor | undefined => {
    if (!isTriple(value)) throw fileInvalid(context.file, 'a layer is called on something that is no tensor');
    if (!outputs.has(value[0]))
      throw fileInvalid(
        context.file,
        `a layer is called on the output of "${value[0]}", which does not exist`,
      );
    return outputs.get(value[0])![value[1]]?.[value[2]];
  };
  if (isTriple(args)) return one(args);
  const list = (args as readonly Json[]).map(one);
  return list.includes(undefined) ? undefined : (list as SymbolicTensor[]);
}

/** The tensors and options of one stored call; both the present form and the older lists. */
function readCall(node: Json, context: ReadContext): { args: Json; options: CallOptions } {
  if (Array.isArray(node)) {
    const triples = (node as readonly Json[]).map((item) => (isTriple(item) ? item.slice(0, 3) : item));
    const kwargs = Array.isArray(node[0]) ? node[0][3] : undefined;
    return { args: triples.length === 1 ? triples[0]! : triples, options: callOptions(kwargs) };
  }
  if (!isRecord(node) || !Array.isArray(node['args']))
    throw fileInvalid(context.file, 'a layer has a malformed call');
  const args = node['args'] as readonly Json[];
  if (args.length !== 1)
    throw fileInvalid(
      context.file,
      `a layer is called with ${args.length} arguments, and layers take one tensor or one list`,
    );
  return {
    args: Array.isArray(args[0])
      ? (args[0] as readonly Json[]).map((item) => history(item, context))
      : history(args[0]!, context),
    options: callOptions(node['kwargs']),
  };
}

function history(value: Json, context: ReadContext): Json {
  const config = isEnvelope(value) && value.class_name === '__keras_tensor__' ? value['config'] : undefined;
  const triple = isRecord(config) ? config['keras_history'] : undefined;
  if (!isTriple(triple)) throw fileInvalid(context.file, 'a layer is called on something that is no tensor');
  return triple;
}

/** Only the training flag is taken from a file; masks are computed anew, and nothing else may be smuggled in. */
function callOptions(kwargs: Json | undefined): CallOptions {
  return isRecord(kwargs) && typeof kwargs['training'] === 'boolean' ? { training: kwargs['training'] } : {};
}
