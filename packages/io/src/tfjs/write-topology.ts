// From the config of a model as Keras 3 writes it to the older form that TensorFlow.js reads: plain envelopes, shapes under
// their older names, calls as lists, with those of models inside counted from 1. Operations stay as Keras 3 has them.
import { packageOf } from '@lamella/core';
import { mapTree, type Tree } from '@lamella/program';
import { notSerializable } from '../errors.js';
import { isOlderHardSigmoid } from '../older-keras/hard-sigmoid.js';
import { PythonFloat, type WritableJson } from '../keras-json/python-json.js';
import { differenceOf, translatedOption, translatedValue } from '../older-keras/dialect.js';

type Entry = { readonly [key: string]: WritableJson };

/** A model's envelope, in the older form. Throws: NOT_SERIALIZABLE for what computes something else there. */
export function writeTopology(model: Entry): Entry {
  // A class with a graph of its own makes that again.
  if (!isGraph(model)) return writeEntry(model);
  const config = model['config'] as Entry;
  const layers = config['layers'] as readonly Entry[];
  if (model['class_name'] === 'Sequential') {
    const { dtype: _dtype, build_input_shape: _shape, ...others } = config;
    return {
      class_name: 'Sequential',
      config: { ...others, layers: layers.map((layer) => writeLayer(layer)) },
    };
  }
  const classes = new Map(layers.map((layer) => [layer['name'] as string, layer['class_name'] as string]));
  // Keras 3 counts so itself for functional models, in this one place.
  const end = ([name, node, tensor]: Triple): WritableJson => [
    name,
    classes.get(name) === 'Sequential' ? node + 1 : node,
    tensor,
  ];
  return {
    class_name: 'Functional',
    config: {
      ...config,
      layers: layers.map((layer) => ({
        ...writeLayer(layer),
        name: layer['name'],
        inbound_nodes: writeCalls(layer, classes),
      })),
      input_layers: writeEnds(config['input_layers'], end),
      output_layers: writeEnds(config['output_layers'], end),
    },
  };
}

/** A layer's name, its call and its output. */
type Triple = readonly [string, number, number];

/** TensorFlow.js takes lists; records and deeper lists stay as they are. */
function writeEnds(ends: WritableJson, end: (triple: Triple) => WritableJson): WritableJson {
  const isTriple = (value: unknown): boolean => Array.isArray(value) && typeof value[0] === 'string';
  const written = mapTree(ends as Tree<Triple>, end, isTriple) as WritableJson;
  return isTriple(ends) ? [written] : written;
}

function isOperation(layer: Entry): boolean {
  return typeof layer['module'] === 'string';
}

function isGraph({ class_name: name }: Entry): boolean {
  return name === 'Functional' || name === 'Sequential';
}

function writeLayer(layer: Entry): Entry {
  return { ...writeEntry(layer), ...sharedId(layer) };
}

/** The number of a layer that stands in several places. */
function sharedId({ shared_object_id: id }: Entry): Entry {
  return id === undefined ? {} : { shared_object_id: id };
}

function writeEntry(layer: Entry): Entry {
  const className = layer['class_name'] as string;
  if (isOperation(layer)) return layer;
  if (isGraph(layer)) return writeTopology(layer);
  if (className === 'Lambda') return layer;
  return { class_name: className, config: writeConfig(className, layer['config'] as Entry) };
}

function writeConfig(className: string, config: Entry): Entry {
  const subject = `${className} ${JSON.stringify(config['name'] ?? '')}`;
  return Object.fromEntries(
    Object.entries(config).map(([key, value]) => {
      if (key === 'dtype' && isPolicy(value)) return [key, onlyDType(subject, value as Entry)];
      if (packageOf(className) !== undefined) return [key, writeNested(value)];
      const plain = value instanceof PythonFloat ? value.value : value;
      const difference = differenceOf(className, key, plain);
      if (difference !== undefined)
        throw notSerializable(subject, difference, 'save to .keras or .h5, or write the layer as a Lambda');
      if (className === 'InputLayer' && key === 'batch_shape') return ['batch_input_shape', value];
      const written = writeNested(translatedValue(key, value, 'older') as WritableJson);
      return [translatedOption(className, key, 'older'), written];
    }),
  );
}

function isPolicy(value: WritableJson): boolean {
  return typeof value === 'object' && value !== null && 'class_name' in value;
}

/** TensorFlow.js has no dtype policies. */
function onlyDType(subject: string, policy: Entry): 'float32' {
  const { name } = policy['config'] as Entry;
  if (name === 'float32') return name;
  throw notSerializable(
    subject,
    `TensorFlow.js computes in float32, and its dtype policy is ${String(name)}`,
    'save to .keras or .h5',
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
  if (className === 'Lambda') return value;
  if (isGraph(others)) return writeLayer(others);
  const config = writeConfig(className, others['config'] as Entry);
  return className === 'L1' || className === 'L2'
    ? { class_name: 'L1L2', config: { l1: 0, l2: 0, ...config } }
    : { class_name: className, config, ...sharedId(others) };
}

function writeCalls(layer: Entry, classes: ReadonlyMap<string, string>): WritableJson {
  const calls = layer['inbound_nodes'] as readonly Entry[];
  if (isOperation(layer)) return calls.map((call) => withOlderCounts(call, classes));
  const older = (value: WritableJson): Tree<WritableJson> =>
    mapTree(
      value as Tree<WritableJson>,
      (leaf) => (isTensor(leaf) ? olderHistory(leaf, classes) : leaf),
      isTensor,
    );
  return calls.map(({ args, kwargs }) => {
    const [only] = args as readonly WritableJson[];
    const given = Object.entries(kwargs as Entry).filter(([, value]) => value !== null);
    const options = Object.fromEntries(given.map(([key, value]) => [key, older(value)]));
    const call = mapTree<WritableJson, WritableJson>(
      only as Tree<WritableJson>,
      (tensor) => [...olderHistory(tensor as Entry, classes), options as WritableJson],
      isTensor,
    );
    return (isTensor(only!) ? [call] : call) as WritableJson;
  });
}

function isTensor(value: unknown): value is Entry {
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
