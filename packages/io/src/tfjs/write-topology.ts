// From the config of a model as Keras 3 writes it to the older form that TensorFlow.js reads: plain envelopes, shapes under
// their older names, calls as lists, with those of models inside counted from 1. Operations stay as Keras 3 has them.
import { notSerializable } from '../errors.js';
import { isOlderHardSigmoid } from '../older-keras/hard-sigmoid.js';
import { PythonFloat, type WritableJson } from '../keras-json/python-json.js';
import { differenceOf, translatedOption, translatedValue } from '../older-keras/dialect.js';

type Entry = { readonly [key: string]: WritableJson };

/** A model's envelope, in the older form. Throws: NOT_SERIALIZABLE for what computes something else there. */
export function writeTopology(model: Entry): Entry {
  const config = model['config'] as Entry;
  const layers = (config['layers'] as readonly Entry[]) ?? [];
  if (model['class_name'] === 'Sequential') {
    const { dtype: _dtype, build_input_shape: _shape, ...others } = config;
    return {
      class_name: 'Sequential',
      config: { ...others, layers: layers.map((layer) => writeLayer(layer)) },
    };
  }
  const classes = new Map(layers.map((layer) => [layer['name'] as string, layer['class_name'] as string]));
  const end = (triple: WritableJson): WritableJson => {
    const [name, node, tensor] = triple as readonly [string, number, number];
    // Keras 3 counts so itself for functional models, in this one place.
    return [name, classes.get(name) === 'Sequential' ? node + 1 : node, tensor];
  };
  return {
    class_name: 'Functional',
    config: {
      ...config,
      layers: layers.map((layer) => ({
        ...writeLayer(layer),
        name: layer['name'],
        inbound_nodes: writeCalls(layer, classes),
      })),
      input_layers: listed(config['input_layers']).map(end),
      output_layers: listed(config['output_layers']).map(end),
    },
  };
}

function listed(ends: WritableJson): readonly WritableJson[] {
  const list = ends as readonly WritableJson[];
  return typeof list[0] === 'string' ? [list] : list;
}

function isOperation(layer: Entry): boolean {
  return typeof layer['module'] === 'string';
}

function writeLayer(layer: Entry): Entry {
  const className = layer['class_name'] as string;
  if (isOperation(layer)) return layer;
  if (className === 'Functional' || className === 'Sequential') return writeTopology(layer);
  if (className === 'Lambda') return layer;
  return { class_name: className, config: writeConfig(className, layer['config'] as Entry) };
}

function writeConfig(className: string, config: Entry): Entry {
  const subject = `${className} ${JSON.stringify(config['name'] ?? '')}`;
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      const plain = value instanceof PythonFloat ? value.value : value;
      const difference = differenceOf(className, key, plain);
      if (difference !== undefined)
        throw notSerializable(subject, difference, 'save to .keras or .h5, or write the layer as a Lambda');
      if (key === 'dtype' && typeof value === 'object') return [key, 'float32'];
      if (className === 'InputLayer' && key === 'batch_shape') return ['batch_input_shape', value];
      const written = writeNested(translatedValue(key, value, 'older') as WritableJson);
      return [translatedOption(className, key, 'older'), written];
    }),
  );
}

/** Values of a config; envelopes lose their modules. */
function writeNested(value: WritableJson): WritableJson {
  if (Array.isArray(value)) return (value as readonly WritableJson[]).map(writeNested);
  if (typeof value !== 'object' || value === null || value instanceof PythonFloat) return value;
  const { module, registered_name: _name, ...others } = value as Entry;
  const className = others['class_name'];
  if (isOlderHardSigmoid(value)) return 'hard_sigmoid';
  if (typeof module !== 'string' || typeof className !== 'string')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, writeNested(item)]));
  if (className === 'function') return others['config'];
  const config = writeConfig(className, others['config'] as Entry);
  return className === 'L1' || className === 'L2'
    ? { class_name: 'L1L2', config: { l1: 0, l2: 0, ...config } }
    : { class_name: className, config };
}

function writeCalls(layer: Entry, classes: ReadonlyMap<string, string>): WritableJson {
  const calls = layer['inbound_nodes'] as readonly Entry[];
  if (isOperation(layer)) return calls.map((call) => withOlderCounts(call, classes));
  return calls.map(({ args, kwargs }) => {
    const [only] = args as readonly WritableJson[];
    const tensors = Array.isArray(only) ? (only as readonly Entry[]) : [only as Entry];
    const options = Object.entries(kwargs as Entry)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, isTensor(value) ? olderHistory(value, classes) : value]);
    return tensors.map((tensor) => [...olderHistory(tensor, classes), Object.fromEntries(options)]);
  });
}

function isTensor(value: WritableJson): value is Entry {
  return typeof value === 'object' && value !== null && 'class_name' in value;
}

function olderHistory(tensor: Entry, classes: ReadonlyMap<string, string>): WritableJson[] {
  const config = tensor['config'] as Entry;
  const [name, node, index] = config['keras_history'] as readonly [string, number, number];
  const isModel = classes.get(name) === 'Functional' || classes.get(name) === 'Sequential';
  return [name, isModel ? node + 1 : node, index];
}

function withOlderCounts(value: WritableJson, classes: ReadonlyMap<string, string>): WritableJson {
  if (Array.isArray(value))
    return (value as readonly WritableJson[]).map((item) => withOlderCounts(item, classes));
  if (typeof value !== 'object' || value === null || value instanceof PythonFloat) return value;
  const entry = value as Entry;
  if (entry['class_name'] === '__keras_tensor__')
    return {
      ...entry,
      config: { ...(entry['config'] as Entry), keras_history: olderHistory(entry, classes) },
    };
  return Object.fromEntries(
    Object.entries(entry).map(([key, item]) => [key, withOlderCounts(item, classes)]),
  );
}
