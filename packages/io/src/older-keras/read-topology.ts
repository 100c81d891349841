// From a model's config as Keras 2, TensorFlow.js or its converter stores it to one that the reader of Keras 3's configs takes.
// Nothing is made here, and whatever has no business in a config is left for that reader to refuse.
import { packageOf } from '@lamella/core';
import { fileInvalid } from '../errors.js';
import { isRecord, type Json } from '../keras-json/python-json.js';
import { referenceOf } from '../operations/operand.js';
import {
  currentClass,
  differenceOf,
  isGone,
  isPassedOver,
  refuseKeras1,
  translatedOption,
  translatedValue,
  unstatedOptions,
  type Dialect,
} from './dialect.js';
import { olderHardSigmoidReference } from './hard-sigmoid.js';
import { plainNames } from './plain-names.js';
import { plainValue } from './plain-value.js';
import { withInput } from './sequential-input.js';
import {
  isTensorFlowOperation,
  isTranslatable,
  namesOfSizes,
  readTensorFlowOperations,
} from './tensorflow-operations.js';

type JsonRecord = { readonly [key: string]: Json };

/** Whose config is read, and out of which file. */
export interface OlderSource {
  readonly dialect: Dialect;
  readonly file: string;
  /** Whether calls of models inside others are counted from 1 throughout, as TensorFlow.js and its converter do. */
  readonly countsModelsFromOne: boolean;
  /** Takes a line about what is not as it was saved. */
  readonly notice: (line: string) => void;
}

const deepest = 100;

/** The config in Keras 3's form. Throws: FILE_INVALID for what computes something else here, and for files of Keras 1. */
export function readTopology(stored: Json | undefined, source: OlderSource): Json {
  const topology = isRecord(stored) && stored['model_config'] !== undefined ? stored['model_config'] : stored;
  if (!isRecord(topology))
    throw fileInvalid(
      source.file,
      'it holds no layers',
      'only LayersModels can be read; a GraphModel has none',
    );
  return source.dialect === 'Keras 3' ? topology : readLayer(plainValue(topology), source, 0);
}

function readLayer(entry: Json, source: OlderSource, depth: number): Json {
  const { file } = source;
  if (depth > deepest) throw fileInvalid(file, `its models are nested more than ${deepest} deep`);
  if (!isRecord(entry)) return entry;
  const className = entry['class_name'];
  if (typeof className !== 'string' || className === 'Lambda' || isOperation(entry)) return entry;
  const config = entry['config'];
  if (className === 'Sequential')
    return { ...entry, config: readSequential(config, entry['name'], source, depth) };
  if (!isRecord(config)) return entry;
  const isForeign = packageOf(className) !== undefined;
  if (!isForeign && Array.isArray(config['layers']))
    return { ...entry, config: readFunctional(config, source, depth) };
  if (!isForeign) refuseKeras1(className, config, file);
  return {
    ...entry,
    class_name: currentClass(className),
    config: readConfig(className, config, source, depth),
  };
}

/** Whether a layer is an operation of keras.ops already, as Lamella's own files for TensorFlow.js have it. */
function isOperation(entry: JsonRecord): boolean {
  const module = entry['module'];
  return typeof module === 'string' && module.startsWith('keras.src.');
}

function readFunctional(given: JsonRecord, source: OlderSource, depth: number): JsonRecord {
  const config = plainNames(given, source);
  const layers = config['layers'] as readonly Json[];
  const models = new Map<Json, string>();
  for (const layer of layers)
    if (isRecord(layer) && isRecord(layer['config']) && layer['config']['layers'] !== undefined)
      models.set(layer['name'] ?? null, String(layer['class_name']));
  // Keras 3 counts calls of models from 1 for functional ones at the ends alone.
  const { countsModelsFromOne: fromOne } = source;
  const call = (triple: Json): Json => counted(triple, (name) => fromOne && models.has(name));
  const end = (triple: Json): Json => counted(triple, (name) => fromOne && models.get(name) === 'Sequential');
  const sizes = namesOfSizes(layers);
  const names = new Set(layers.map((layer) => (isRecord(layer) ? (layer['name'] ?? null) : null)));
  return {
    ...config,
    layers: layers.flatMap((layer): Json[] => {
      if (isRecord(layer) && isTensorFlowOperation(layer) && isTranslatable(layer))
        return readTensorFlowOperations(layer, names, sizes, call, source.file);
      const read = readLayer(layer, source, depth + 1);
      const calls = isRecord(read) ? read['inbound_nodes'] : undefined;
      return isRecord(read) && Array.isArray(calls)
        ? [{ ...read, inbound_nodes: (calls as readonly Json[]).map((node) => eachTensor(node, call)) }]
        : [read];
    }),
    input_layers: readEnds(config['input_layers'], end),
    output_layers: readEnds(config['output_layers'], end),
  };
}

/** A reference `[layer, call, tensor, ...]`, its call counted from 0 where `isFromOne` says that it is not. */
function counted(reference: Json, isFromOne: (name: Json) => boolean): Json {
  if (!Array.isArray(reference)) return reference;
  const [name, node, tensor, options] = reference as readonly Json[];
  const isLater = typeof node === 'number' && node > 0;
  return [
    name ?? null,
    isLater && isFromOne(name ?? null) ? node - 1 : (node ?? null),
    tensor ?? null,
    ...(isRecord(options) ? [eachTensor(options, (inner) => counted(inner, isFromOne))] : []),
  ];
}

/** The references in the calls of a layer, in lists and records and as the `keras_history` of an operation's tensors. */
function eachTensor(value: Json, change: (reference: Json) => Json): Json {
  if (referenceOf(value) !== undefined) return change(value);
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => eachTensor(item, change));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, eachTensor(item, change)]));
}

/** One tensor in a list means what one alone means. */
function readEnds(stored: Json | undefined, end: (triple: Json) => Json): Json {
  const ends = eachTensor(stored ?? null, end);
  return Array.isArray(ends) && ends.length === 1 && Array.isArray(ends[0]) ? (ends[0] as Json) : ends;
}

function readSequential(
  stored: Json | undefined,
  name: Json | undefined,
  source: OlderSource,
  depth: number,
): Json {
  // Until Keras 2.2.2 the list of layers was all that a chain stored; one inside another model has its name beside it.
  const given: JsonRecord = isRecord(stored)
    ? stored
    : { layers: stored ?? null, ...(typeof name === 'string' && { name }) };
  if (!Array.isArray(given['layers'])) return given;
  const config = plainNames(given, source);
  const layers = withInput(config['layers'] as readonly Json[]);
  return { ...config, layers: layers.map((layer) => readLayer(layer, source, depth + 1)) };
}

function readConfig(className: string, config: JsonRecord, source: OlderSource, depth: number): JsonRecord {
  const { dialect, file } = source;
  // What another package's class means by its options is its own.
  if (packageOf(className) !== undefined)
    return Object.fromEntries(
      Object.entries(config).map(([key, value]) => [key, readNested(value, source, depth)]),
    );
  return Object.fromEntries(
    [...Object.entries(config), ...unstatedOptions(className, config)].flatMap(
      ([key, value]): [string, Json][] => {
        if (isPassedOver(className, key) || isGone(className, key, value, file, config['name'])) return [];
        if (key.endsWith('activation') && value === 'hard_sigmoid') return [[key, olderHardSigmoidReference]];
        const difference = dialect === 'TensorFlow.js' ? differenceOf(className, key, value) : undefined;
        if (difference !== undefined)
          throw fileInvalid(file, `layer ${JSON.stringify(config['name'] ?? className)}: ${difference}`);
        const option = translatedOption(className, key, 'keras');
        return [[option, readNested(translatedValue(key, value, 'keras'), source, depth)]];
      },
    ),
  );
}

function readNested(value: Json, source: OlderSource, depth: number): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => readNested(item, source, depth));
  if (isRecord(value) && isMoreThanOptions(value)) return readLayer(value, source, depth + 1);
  if (!isRecord(value) || typeof value['class_name'] !== 'string' || !isRecord(value['config'])) return value;
  // A layer inside a wrapper, or an initializer and its kin.
  const { class_name: name, registered_name: registered } = value;
  const isForeign = typeof registered === 'string' && packageOf(registered) !== undefined;
  return {
    ...value,
    class_name: currentClass(name),
    config: readConfig(isForeign ? registered : name, value['config'], source, depth),
  };
}

/** Whether a layer among options is a graph or a Lambda. */
function isMoreThanOptions({ class_name: className, config }: JsonRecord): boolean {
  if (className === 'Lambda' || className === 'Sequential') return true;
  return (
    (className === 'Functional' || className === 'Model') &&
    isRecord(config) &&
    Array.isArray(config['layers'])
  );
}
