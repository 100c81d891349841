// From objects to the envelopes Keras stores them in: module, class name and config, options in snake_case.
import {
  hasState,
  isLayer,
  isSerializable,
  packageOf,
  type ConfigValue,
  type Layer,
  type NamedFunctionReference,
  type Serializable,
} from '@lamella/core';
import { isRecord, isShape, mapTree, type SymbolicShape, type Tree } from '@lamella/program';
import { notSerializable } from '../errors.js';
import { olderHardSigmoid, writeOlderHardSigmoid } from '../older-keras/hard-sigmoid.js';
import { isFloatOption, fileFacts, withKerasNames } from './file-facts.js';
import { kerasModule, kerasOption } from './names.js';
import { PythonFloat, type WritableJson } from './python-json.js';

/** `v3` is what `.keras` holds; `hybrid` leaves out of layers what Keras 3 leaves out in `.h5`. */
export type ConfigStyle = 'v3' | 'hybrid';

/** Options whose values are the user's own JSON and keep their spelling. */
const verbatim: ReadonlySet<string> = new Set(['arguments']);

/** Writes a layer that another one has among its options. */
export type WriteLayer = (layer: Layer) => WritableJson;

/** The envelope of a storable object; `writeLayer` writes the layers among its options. */
export function writeObject(object: Serializable, writeLayer: WriteLayer = writeObject): WritableJson {
  const config = writeConfig(object, object.className, 'v3', writeLayer);
  if (isLayer(object))
    return {
      ...classReference(object),
      config: { ...config, ...writtenPolicy(object) },
      ...buildConfig(object),
    };
  // Keras' metrics name the dtype of their variables.
  return {
    ...classReference(object),
    config: object.kind === 'metrics' ? { ...config, dtype: config['dtype'] ?? 'float32' } : config,
  };
}

/** The option of a config that is its dtype policy, where Keras' class has one. */
export function writtenPolicy(layer: Layer): { readonly dtype?: WritableJson } {
  return fileFacts(layer).takesNameAlone === true ? {} : { dtype: layer.dtypePolicy.toJSON() };
}

/** The member of a layer's envelope that says what it was built for, where it has been. */
export function buildConfig(layer: Layer): { readonly build_config?: WritableJson } {
  const shape = layer.buildShape;
  const { builtAtOnce, builtFor, buildArguments } = fileFacts(layer);
  if (shape === undefined || builtAtOnce === true) return {};
  const stored = (tree: Tree<SymbolicShape>): WritableJson =>
    mapTree(tree, (sizes) => [...sizes], isShape) as WritableJson;
  if (builtFor !== undefined) {
    const each = Object.entries(builtFor(layer.getConfig()));
    return {
      build_config: Object.fromEntries(each.map(([name, sizes]) => [name, { input_shape: stored(sizes) }])),
    };
  }
  if (buildArguments === undefined)
    return { build_config: { input_shape: stored(withKerasNames(layer, shape)) } };
  const [input, ...others] = buildArguments;
  const shapes = others.flatMap((name): [string, WritableJson][] => {
    const given = layer.buildArguments[name] ?? null;
    return isShape(given) ? [[`${kerasOption(name)}_shape`, stored(given)]] : [];
  });
  return {
    build_config: { shapes_dict: { [`${input}_shape`]: stored(shape), ...Object.fromEntries(shapes) } },
  };
}

/** The members of an envelope that say which class it is. */
export function classReference(object: Serializable): {
  module: string | null;
  class_name: string;
  registered_name: string | null;
} {
  const custom = packageOf(object.className) !== undefined;
  return {
    module: custom ? null : (fileFacts(object).module ?? kerasModule(object.kind)),
    class_name: object.className.replace(/^.*>/, ''),
    registered_name: custom ? object.className : null,
  };
}

/**
 * The config of an object: of Keras' classes with Keras' option names and the options that only Keras has, of other packages' as
 * it is. Throws: NOT_SERIALIZABLE, naming the option that no file can hold.
 */
export function writeConfig(
  object: Serializable,
  subject: string,
  style: ConfigStyle = 'v3',
  writeLayer: WriteLayer = writeObject,
): Record<string, WritableJson> {
  // Only archives have a place for state beside it.
  const config = style === 'hybrid' && hasState(object) ? object.getFullConfig() : object.getConfig();
  const isForeign = packageOf(object.className) !== undefined;
  const entries = Object.entries(config)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]): [string, WritableJson] => {
      const key = isForeign ? name : kerasOption(name);
      return [
        key,
        verbatim.has(key) && !isForeign
          ? (value as WritableJson)
          : writeValue(value, `${subject}, option "${name}"`, isFloatOption(object, name), writeLayer),
      ];
    });
  // Those that a package's class inherits are of the class of Keras that it extends.
  const isOwn = !isForeign || Object.hasOwn(object.constructor, 'fileFacts');
  return { ...Object.fromEntries(entries), ...(isOwn && fileFacts(object).fixedOptions) };
}

/** Any value of a config. */
export function writeValue(
  value: ConfigValue,
  subject: string,
  isFloat = false,
  writeLayer: WriteLayer = writeObject,
): WritableJson {
  if (value === null || value === undefined || typeof value === 'string' || typeof value === 'boolean')
    return value;
  if (typeof value === 'number') return isFloat ? new PythonFloat(value) : value;
  if (typeof value === 'function') return writeFunction(value, subject);
  if (isLayer(value)) return writeLayer(value);
  if (isSerializable(value)) return writeObject(value, writeLayer);
  if (Array.isArray(value))
    return (value as readonly ConfigValue[]).map((item) => writeValue(item, subject, isFloat, writeLayer));
  // A Map, a typed array and an object of a class would lose what they are.
  if (!isRecord(value))
    throw notSerializable(
      subject,
      `a ${typeof value === 'object' ? value.constructor.name : typeof value} cannot be stored`,
      'use JSON, a named function, or an object of Lamella',
    );
  if (typeof value['class_name'] === 'string' && 'config' in value)
    throw notSerializable(
      subject,
      'a record with "class_name" and "config" would be read as an object of that class',
      'name its members otherwise',
    );
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [
      key,
      writeValue(item, `${subject}, "${key}"`, isFloat, writeLayer),
    ]),
  );
}

function writeFunction(fn: unknown, subject: string): WritableJson {
  const name = (fn as Partial<NamedFunctionReference>).functionName;
  if (typeof name !== 'string') {
    throw notSerializable(
      subject,
      'a function without a registered name cannot be stored',
      "give it one with namedFunction('package>name', fn) and list it in the composition",
    );
  }
  if (name === olderHardSigmoid) return writeOlderHardSigmoid();
  return { module: 'builtins', class_name: 'function', config: name, registered_name: 'function' };
}
