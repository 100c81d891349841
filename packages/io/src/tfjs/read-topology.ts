// From a model's config as TensorFlow.js, or its converter, stores it to one that the reader of Keras' configs takes.
// Nothing is made here, and whatever has no business in a config is left for that reader to refuse.
import { fileInvalid } from '../errors.js';
import { isRecord, type Json } from '../keras-json/python-json.js';
import { differenceOf, translatedOption, translatedValue } from './dialect.js';

type JsonRecord = { readonly [key: string]: Json };

/** Options that say how data came in once, and nothing here. */
const passedOver: ReadonlySet<string> = new Set(['batch_input_shape', 'input_length', 'input_dtype']);
const deepest = 100;

/** The config in Keras' form. Throws: FILE_INVALID for what computes something else here. */
export function readTopology(stored: Json | undefined, file: string): Json {
  const topology = isRecord(stored) && stored['model_config'] !== undefined ? stored['model_config'] : stored;
  if (!isRecord(topology))
    throw fileInvalid(file, 'it holds no layers', 'only LayersModels can be read; a GraphModel has none');
  return readLayer(topology, file, 0);
}

function readLayer(entry: Json, file: string, depth: number): Json {
  if (depth > deepest) throw fileInvalid(file, `its models are nested more than ${deepest} deep`);
  if (!isRecord(entry)) return entry;
  const className = entry['class_name'];
  if (typeof className !== 'string' || className === 'Lambda' || typeof entry['module'] === 'string')
    return entry;
  const config = entry['config'];
  if (className === 'Sequential') return { ...entry, config: readSequential(config, file, depth) };
  if (!isRecord(config)) return entry;
  if (Array.isArray(config['layers'])) return { ...entry, config: readFunctional(config, file, depth) };
  return { ...entry, config: readConfig(className, config, file) };
}

function readFunctional(config: JsonRecord, file: string, depth: number): JsonRecord {
  const layers = config['layers'] as readonly Json[];
  const models = new Map<Json, string>();
  for (const layer of layers)
    if (isRecord(layer) && isRecord(layer['config']) && layer['config']['layers'] !== undefined)
      models.set(layer['name'] ?? null, String(layer['class_name']));
  // TensorFlow.js counts the calls of a model from 1, everywhere; Keras 3 does so for functional ones at the ends alone.
  const call = (triple: Json): Json => counted(triple, (name) => models.has(name));
  const end = (triple: Json): Json => counted(triple, (name) => models.get(name) === 'Sequential');
  return {
    ...config,
    layers: layers.map((layer) => {
      const read = readLayer(layer, file, depth + 1);
      const calls = isRecord(read) ? read['inbound_nodes'] : undefined;
      return isRecord(read) && Array.isArray(calls)
        ? { ...read, inbound_nodes: (calls as readonly Json[]).map((node) => eachTensor(node, call)) }
        : read;
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
  const mask = isRecord(options) ? options['mask'] : undefined;
  return [
    name ?? null,
    isLater && isFromOne(name ?? null) ? node - 1 : (node ?? null),
    tensor ?? null,
    ...(isRecord(options) ? [{ ...options, mask: counted(mask ?? null, isFromOne) }] : []),
  ];
}

/** The tensors of a call: a list of references, or the record of an operation with `keras_history` somewhere in it. */
function eachTensor(value: Json, change: (reference: Json) => Json, isCall = true): Json {
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item) =>
      isCall ? change(item) : eachTensor(item, change, false),
    );
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      key === 'keras_history' ? change(item) : eachTensor(item, change, false),
    ]),
  );
}

/** One tensor in a list means what one alone means. */
function readEnds(stored: Json | undefined, end: (triple: Json) => Json): Json {
  if (!Array.isArray(stored)) return stored ?? null;
  const list = (stored as readonly Json[]).map(end);
  return list.length === 1 && Array.isArray(list[0]) ? list[0] : list;
}

/** A chain whose first layer carries the shape of the input gets an input layer in front. */
function readSequential(stored: Json | undefined, file: string, depth: number): Json {
  const config: JsonRecord = isRecord(stored) ? stored : { layers: stored ?? null };
  const { layers } = config;
  if (!Array.isArray(layers)) return config;
  const list = (layers as readonly Json[]).map((layer) => readLayer(layer, file, depth + 1));
  const first = (layers as readonly Json[])[0];
  const own = isRecord(first) && isRecord(first['config']) ? first['config'] : {};
  const shape = own['batch_input_shape'];
  if (!Array.isArray(shape) || (isRecord(first) && first['class_name'] === 'InputLayer'))
    return { ...config, layers: list };
  const name = `${typeof own['name'] === 'string' ? own['name'] : 'layer'}_input`;
  const dtype = typeof own['dtype'] === 'string' ? own['dtype'] : 'float32';
  const input = { class_name: 'InputLayer', config: { batch_input_shape: shape as Json, dtype, name } };
  return { ...config, layers: [input, ...list] };
}

function readConfig(className: string, config: JsonRecord, file: string): JsonRecord {
  return Object.fromEntries(
    Object.entries(config).flatMap(([key, value]): [string, Json][] => {
      if (passedOver.has(key) && className !== 'InputLayer') return [];
      const difference = differenceOf(className, key, value);
      if (difference !== undefined)
        throw fileInvalid(file, `layer ${JSON.stringify(config['name'] ?? className)}: ${difference}`);
      const option = translatedOption(className, key, 'keras');
      return [[option, readNested(translatedValue(key, value, 'keras'), file)]];
    }),
  );
}

function readNested(value: Json, file: string): Json {
  if (!isRecord(value) || typeof value['class_name'] !== 'string' || !isRecord(value['config'])) return value;
  return { ...value, config: readConfig(value['class_name'], value['config'], file) };
}
