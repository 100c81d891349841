// From Keras' envelopes back to objects, by the composition's catalog alone: no module is imported for a file, and every
// class or function that is missing is reported at once, before anything is made.
import {
  dtypePolicyClasses,
  fromConfig,
  isLayer,
  packageOf,
  pluginInvalid,
  toDTypePolicy,
  withNames,
  type Composition,
  type Config,
  type ConfigValue,
  type DTypePolicyLike,
  type Layer,
  type NamedFunction,
  type SerializableClass,
  type SerializableKind,
} from '@lamella/core';
import { classesUnknown, fileInvalid, functionsUnknown } from '../errors.js';
import { isLamellaError, suggest, type Budget } from '@lamella/program';
import { isOlderHardSigmoid, olderHardSigmoidReference } from '../older-keras/hard-sigmoid.js';
import { describeFunction, isTensorFlowOperation } from '../older-keras/tensorflow-operations.js';
import { refusedOperations } from '../operations/refused.js';
import { checkKept } from './lost-options.js';
import { describeMissing, fixOf, type MissingClass } from './missing.js';
import { kindOfModule, lamellaOption } from './names.js';
import type { Notices } from './notices.js';
import { isRecord, isReordered, type Json } from './python-json.js';
import { buildAsStored } from './read-build.js';

/** What reading objects of one file needs. */
export interface ReadContext {
  readonly file: string;
  readonly composition: Composition;
  /** What this load may cost. */
  readonly budget: Budget;
  /** Functions and classes that the caller supplies for this file, by name or by the layer's name. */
  readonly functions: Readonly<Record<string, NamedFunction>>;
  /** Objects by Keras' shared_object_id. */
  readonly shared: Map<number, unknown>;
  /** What to do where a function no longer computes what it did when the file was written. */
  readonly onDrift: 'warn' | 'error' | 'useSaved';
  readonly warn: (message: string) => void;
  /** What is to happen when the model is made. */
  readonly whenLoaded: (() => void)[];
  /** What is not as it was saved. */
  readonly notices: Notices;
  /** Whether calls of models inside others are counted from 0 for certain; older files leave that to be found out. */
  readonly countsCallsFromZero?: boolean;
  /** Makes a layer of an entry, of those too that are more than a class and its options: graphs and Lambdas. */
  readonly readLayer: (entry: Json, context: ReadContext) => Layer;
}

type JsonRecord = { readonly [key: string]: Json };
export type Envelope = JsonRecord & { readonly class_name: string };

/** Options that Keras writes and Lamella does not have, with the values that change nothing. Other values are refused. */
const without: Readonly<Record<string, readonly Json[]>> = {
  quantization_config: [null],
  lora_rank: [null],
  sparse: [false, null],
  ragged: [false, null],
  optional: [false, null],
  synchronized: [false],
  decay: [0, null],
};

/** Options that say how Keras runs, draws first values or loads, and nothing about what a model computes. */
const passedOver: ReadonlySet<string> = new Set([
  'input_axes',
  'output_axes',
  'autocast',
  'fn',
  'is_legacy_optimizer',
  'jit_compile',
  'build_input_shape',
]);

/** Envelopes that stand for a part of their config: arrays, as nested lists, and seeds. */
const plainParts: Readonly<Record<string, string>> = {
  __numpy__: 'value',
  __tensor__: 'value',
  SeedGenerator: 'seed',
};

/** Options whose values are the user's own JSON. */
const verbatim: ReadonlySet<string> = new Set(['arguments']);

const kinds: readonly SerializableKind[] = [
  'layers',
  'features',
  'initializers',
  'regularizers',
  'constraints',
  'activations',
  'optimizers',
  'losses',
  'metrics',
  'schedules',
];

/** Whether `value` is an envelope. */
export function isEnvelope(value: Json | undefined): value is Envelope {
  return isRecord(value) && typeof value['class_name'] === 'string' && 'config' in value;
}

/** Whether an envelope is that of a model. */
export function isModelEntry(entry: Envelope): boolean {
  return (
    entry.class_name === 'Functional' || entry.class_name === 'Model' || entry.class_name === 'Sequential'
  );
}

/** The config of an envelope. Throws: FILE_INVALID. */
export function configOf(entry: Json, context: ReadContext): JsonRecord {
  const config = isRecord(entry) ? entry['config'] : undefined;
  if (!isRecord(config)) throw fileInvalid(context.file, 'a model or layer has no config');
  return config;
}

/** The stored layers of a model. Throws: FILE_INVALID. */
export function layersOf(entry: Json, context: ReadContext): readonly Json[] {
  const layers = configOf(entry, context)['layers'];
  if (!Array.isArray(layers)) throw fileInvalid(context.file, 'a model has no list of layers');
  return layers as readonly Json[];
}

/** The object an envelope describes. `hint` says which family a class without a module belongs to. */
export function readObject(envelope: Json, context: ReadContext, hint?: SerializableKind): unknown {
  if (!isEnvelope(envelope))
    throw fileInvalid(context.file, 'expected an object with a class name and a config');
  const id = envelope['shared_object_id'];
  if (typeof id === 'number' && context.shared.has(id)) return context.shared.get(id);
  const made = make(envelope, context, hint);
  if (typeof id === 'number') context.shared.set(id, made);
  return made;
}

function make(envelope: Envelope, context: ReadContext, hint: SerializableKind | undefined): unknown {
  context.budget.spend('steps', 10, `an object of class ${envelope.class_name}`);
  if (envelope.class_name === 'function') return readFunction(envelope, context);
  if (envelope.class_name === '__tuple__')
    return ((envelope['items'] as readonly Json[] | undefined) ?? []).map((item) => readValue(item, context));
  // One that a layer has among its options, such as what TimeDistributed applies to each step.
  if (isModelEntry(envelope) || envelope.class_name === 'Lambda') return context.readLayer(envelope, context);
  const found = findClass(envelope, context, hint);
  if (found === undefined) throw unknown(missingClass(envelope, hint), context);
  const config = readConfig(
    isRecord(envelope['config']) ? envelope['config'] : {},
    context,
    packageOf(found.className) !== undefined,
  );
  const made = withNames(context.composition.catalog, () => madeOf(found, config, context));
  checkKept(context.file, made, config, found);
  if (isLayer(made) && found.fileFacts?.builtFor !== undefined) buildAsStored(made, envelope, context.file);
  return made;
}

/** An object of a stored config. Throws: PLUGIN_INVALID where the class itself fails, naming who brings it. */
function madeOf(found: SerializableClass, config: Config, { composition }: ReadContext): unknown {
  try {
    return fromConfig(found, config);
  } catch (cause) {
    const owner = composition.catalog.ownerOf(found);
    if (isLamellaError(cause) || owner === undefined || packageOf(found.className) === undefined) throw cause;
    throw pluginInvalid(
      owner,
      `its class "${found.className}" cannot be made of the config that the file holds, ${JSON.stringify(Object.keys(config))}: ${cause instanceof Error ? cause.message.split('\n')[0] : String(cause)}`,
      'its constructor must take what its getConfig() gives, and what older versions gave; the original error is the cause',
      cause,
    );
  }
}

function unknown(missing: MissingClass, { file, composition }: ReadContext): Error {
  const classes = [missing];
  const lines = describeMissing({ classes, functions: [] }, composition.catalog);
  return classesUnknown(file, lines, fixOf(classes));
}

/** The class that an envelope names, or undefined. */
export function findClass(
  envelope: Json,
  context: ReadContext,
  hint?: SerializableKind,
): SerializableClass | undefined {
  if (!isEnvelope(envelope)) return undefined;
  const { catalog } = context.composition;
  const module = envelope['module'];
  const name = registeredName(envelope);
  if (typeof module === 'string') {
    if (module.startsWith('keras.src.ops')) return undefined;
    const kind = kindOfModule(module);
    if (kind !== undefined) return catalog.find(kind, plainName(name));
  }
  const candidates = hint === undefined ? kinds : [hint, ...kinds];
  for (const each of [name, plainName(name)]) {
    for (const kind of candidates) {
      const found = catalog.find(kind, each);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** What a class is registered as: `package>Class`, or the name of one of Keras'. */
function registeredName(envelope: Envelope): string {
  const registered = envelope['registered_name'];
  const isForeign = typeof registered === 'string' && packageOf(registered) !== undefined;
  return isForeign ? registered : envelope.class_name;
}

/** Keras 2 calls its own optimizers `Custom>Adam`. */
function plainName(className: string): string {
  return className.replace(/^Custom>/, '');
}

/** What an envelope names and nobody brings; `hint` says the family of a class without a module. */
export function missingClass(envelope: Envelope, hint?: SerializableKind): MissingClass {
  const { module, config } = envelope;
  const className = registeredName(envelope);
  const given = isRecord(config) ? config['name'] : undefined;
  const names = typeof given === 'string' ? [given] : [];
  const reason = isTensorFlowOperation(envelope)
    ? describeFunction(envelope)
    : typeof module === 'string' && module.startsWith('keras.src.ops')
      ? `operation ${className} (${module}): ${reasonOf(className)}`
      : undefined;
  if (reason !== undefined) return { kind: 'operations', className, package: undefined, names, reason };
  const kind = (typeof module === 'string' ? kindOfModule(module) : undefined) ?? hint ?? 'layers';
  return { kind, className, package: packageOf(className), names };
}

/** Why an operation cannot be read. */
function reasonOf(operation: string): string {
  return Object.hasOwn(refusedOperations, operation)
    ? refusedOperations[operation]!
    : 'not among the operations that can be read; use a layer or a Lambda';
}

/**
 * A config with its nested objects made, and with Lamella's option names; one of another package's class (`isForeign`) keeps its
 * own. Throws: FILE_INVALID for options that are not supported.
 */
export function readConfig(config: JsonRecord, context: ReadContext, isForeign = false): Config {
  if (isForeign)
    return Object.fromEntries(
      Object.entries(config).flatMap(([key, value]): [string, ConfigValue][] =>
        key === 'dtype' && isPolicy(value)
          ? readPolicy(config, context)
          : [[key, readValue(value, context, hintOf(key))]],
      ),
    );
  const entries = Object.entries(config).flatMap(([key, value]): [string, ConfigValue][] => {
    if (passedOver.has(key)) return [];
    if (Object.hasOwn(without, key)) {
      if (without[key]!.includes(value)) return [];
      throw fileInvalid(context.file, `option ${key}: ${JSON.stringify(value)} is not supported`);
    }
    if (key === 'dtype' && typeof value !== 'string') return readPolicy(config, context);
    const made = verbatim.has(key) ? (value as ConfigValue) : readValue(value, context, hintOf(key));
    return [[lamellaOption(key), made]];
  });
  return Object.fromEntries(entries);
}

/** The family of a nested object, from the name of the option that holds it. */
export function hintOf(key: string): SerializableKind | undefined {
  if (/initializer$/i.test(key)) return 'initializers';
  if (/regularizer$/i.test(key)) return 'regularizers';
  if (/constraint$/i.test(key)) return 'constraints';
  return undefined;
}

function isPolicy(value: Json): boolean {
  return isEnvelope(value) && dtypePolicyClasses.includes(value.class_name);
}

/** Any value of a config. */
export function readValue(value: Json, context: ReadContext, hint?: SerializableKind): ConfigValue {
  if (isEnvelope(value)) {
    if (Object.hasOwn(plainParts, value.class_name) && isRecord(value['config']))
      return value['config'][plainParts[value.class_name]!] as ConfigValue;
    if (isOlderHardSigmoid(value))
      return readFunction(olderHardSigmoidReference, context) as unknown as ConfigValue;
    return readObject(value, context, hint) as ConfigValue;
  }
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => readValue(item, context, hint));
  if (isRecord(value)) {
    const entries = Object.entries(value);
    // Files number the weights of objects in their order.
    if (isReordered(value) && entries.some(([, item]) => isEnvelope(item)))
      throw fileInvalid(
        context.file,
        `objects stand in it by names that are whole numbers, such as "${entries[0]![0]}", in an order that is lost when it is read`,
        'give those columns other names, and save it again',
      );
    return Object.fromEntries(entries.map(([key, item]) => [key, readValue(item, context, hint)]));
  }
  return value as ConfigValue;
}

/** The option that a dtype policy is, by its name; nothing where none is given. Throws: DTYPE_POLICY_UNKNOWN. */
export function readPolicy(
  { name, dtype: policy = null }: JsonRecord,
  context: ReadContext,
): [option: 'dtype', policy: string][] {
  if (policy === null || (isRecord(policy) && Object.keys(policy).length === 0)) return [];
  const place = typeof name === 'string' ? `, layer "${name}"` : '';
  return [['dtype', toDTypePolicy(policy as DTypePolicyLike, `"${context.file}"${place}`).name]];
}

/** A function by the name a file gives. Throws: FUNCTION_UNKNOWN. */
export function readFunction(
  envelope: Json,
  context: ReadContext,
  layerName?: string,
): NamedFunction | string {
  const name = isRecord(envelope) ? envelope['config'] : undefined;
  if (typeof name !== 'string') throw fileInvalid(context.file, 'expected the name of a function');
  const found = findFunction(name, context, layerName);
  if (found !== undefined) return found;
  // Keras writes its own losses and activations as functions of builtins, under their plain names.
  if (!name.includes('>')) return name;
  throw functionsUnknown(context.file, [
    `  "${name}". ${suggest(name, context.composition.catalog.functions.keys())}`,
  ]);
}

/** The function of this name: the caller's first, then the composition's. */
export function findFunction(
  name: string,
  context: ReadContext,
  layerName?: string,
): NamedFunction | undefined {
  const { functions, composition } = context;
  if (layerName !== undefined && Object.hasOwn(functions, layerName)) return functions[layerName];
  if (Object.hasOwn(functions, name)) return functions[name];
  return composition.catalog.findFunction(name);
}
