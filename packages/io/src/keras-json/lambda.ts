// How a Lambda stands in a config: by its function's registered name, with its arguments, and beside them, where Keras does
// not look, the captured Programs. Loading runs these alone, and Python bytecode is never decoded.
import type { Layer, NamedFunction, TensorSpec } from '@lamella/core';
import {
  deferredFunction,
  functionDrift,
  functionOf,
  Lambda,
  type LambdaFunction,
  type SavedFunction,
} from '@lamella/lambda';
import {
  flatten,
  isLamellaError,
  readOpenProgram,
  writeOpenProgram,
  type OpenProgram,
  type OpenProgramJson,
  type Tree,
  type TreeStructure,
} from '@lamella/program';
import { fileInvalid, functionDrifted, notSerializable } from '../errors.js';
import type { ConfigStyle } from './write-object.js';
import type { MissingFunction } from './missing.js';
import { isRecord, type Json, type WritableJson } from './python-json.js';
import { findFunction, isEnvelope, readPolicy, type ReadContext } from './read-object.js';

type Entry = { [key: string]: WritableJson };
type JsonRecord = { readonly [key: string]: Json };

/** What stands for the name of a function that has none: Keras then says that it does not know this one. */
export const anonymous = 'lamella>captured_program';

/** Whether a layer is a Lambda, of any copy of that package. */
export function isLambda(layer: Layer): layer is Lambda {
  return layer.className === Lambda.className;
}

/**
 * The envelope of a Lambda. A named function that cannot be captured is stored by its name alone, with the reason.
 * Throws: for an anonymous one NOT_CAPTURABLE, NOT_BATCH_POLYMORPHIC; CONSTANTS_TOO_LARGE; NOT_SERIALIZABLE.
 */
export function writeLambda(layer: Lambda, style: ConfigStyle): Entry {
  const { outputShape } = layer.getConfig();
  const config: Entry = {
    name: layer.name,
    trainable: layer.trainable,
    dtype: layer.dtypePolicy.toJSON(),
    function: functionReference(layer.functionName ?? anonymous),
    ...(outputShape !== undefined && { output_shape: outputShape as WritableJson }),
    ...(layer.maskFunction !== null && { mask: functionReference(maskName(layer)) }),
    arguments: layer.arguments as WritableJson,
  };
  const own = { version: 1, outputs: outputsOf(layer), ...programsOf(layer) };
  if (style === 'hybrid') return { class_name: 'Lambda', config, lamella: own };
  return { module: 'keras.layers', class_name: 'Lambda', config, registered_name: null, lamella: own };
}

function functionReference(name: string): Entry {
  return { module: 'builtins', class_name: 'function', config: name, registered_name: 'function' };
}

/** The name under which a Lambda's mask function is stored. Throws: NOT_SERIALIZABLE. */
export function maskName(layer: Lambda): string {
  const name = (layer.maskFunction as Partial<NamedFunction> | null)?.functionName;
  if (name !== undefined) return name;
  throw notSerializable(
    layer.label,
    'its mask function has no registered name',
    "give it one with namedFunction('package>name', fn)",
  );
}

function outputsOf(layer: Lambda): WritableJson {
  const outputs: readonly TensorSpec[] = layer.inboundNodes[0]?.outputs ?? [];
  return outputs.map(({ shape, dtype }) => ({ shape: [...shape], dtype }));
}

function programsOf(layer: Lambda): Entry {
  try {
    const { inputs, outputs, masks, inference, training } = layer.saveFunction();
    const json = (template: OpenProgram): WritableJson =>
      writeOpenProgram(template) as unknown as WritableJson;
    return {
      structures: { inputs, outputs, ...(masks.length > 0 && { masks: [...masks] }) },
      programs: { inference: json(inference), ...(training !== inference && { training: json(training) }) },
    };
  } catch (error) {
    const isNameEnough =
      isLamellaError(error, 'NOT_CAPTURABLE') || isLamellaError(error, 'NOT_BATCH_POLYMORPHIC');
    if (layer.functionName === undefined || !isNameEnough) throw error;
    return { programs: null, reason: error.message.split('\n')[0]! };
  }
}

/** Whether a stored layer is a Lambda. */
export function isLambdaEntry(entry: Json): boolean {
  return isEnvelope(entry) && entry.class_name === 'Lambda';
}

/** What a stored Lambda needs and nobody has: a function, or one for its mask. */
export function missingFunctions(entry: Json, context: ReadContext): MissingFunction[] {
  const stored = describeLambda(entry, context);
  const { layerName: layer, functionName, maskName: mask, reason } = stored;
  const isMissing = liveFunction(stored, context) === undefined && stored.programs === undefined;
  const isMaskMissing = mask !== undefined && findFunction(mask, context) === undefined;
  return [
    ...(isMissing ? [{ layer, functionName, use: 'call' as const, reason }] : []),
    ...(isMaskMissing ? [{ layer, functionName: mask, use: 'mask' as const, reason: '' }] : []),
  ];
}

/**
 * The Lambda a stored entry describes: with the live function where one of its name is at hand, which is run and compared with
 * the saved Programs at its first use only, else with those. Throws: FILE_INVALID, PROGRAM_INVALID, ARGUMENTS_INVALID.
 */
export function readLambda(entry: Json, context: ReadContext): Lambda {
  const stored = describeLambda(entry, context);
  const live = liveFunction(stored, context);
  const given = stored.config['arguments'];
  const shape = stored.config['output_shape'];
  const options = {
    name: stored.layerName,
    ...(typeof stored.config['trainable'] === 'boolean' && { trainable: stored.config['trainable'] }),
    ...Object.fromEntries(readPolicy(stored.config, context)),
    arguments: (isRecord(given) ? given : {}) as never,
    outputShape: isShape(shape) ? shape : null,
    ...(stored.maskName !== undefined && { mask: findFunction(stored.maskName, context) as never }),
  };
  const saved = stored.programs === undefined ? undefined : savedFunction(stored, context);
  if (live === undefined) {
    if (saved === undefined) throw fileInvalid(context.file, `Lambda "${stored.layerName}" has no function`);
    return new Lambda({ ...options, function: functionOf(saved) });
  }
  if (saved === undefined) return new Lambda({ ...options, function: live });
  const { function: deferred, loaded } = deferredFunction(live, saved, () => {
    const difference = functionDrift(
      {
        subject: lambda.label,
        function: live as unknown as LambdaFunction,
        arguments: lambda.arguments,
        float: lambda.dtypePolicy.floatDType,
      },
      saved,
    );
    if (difference === null) return 'live';
    if (context.onDrift === 'useSaved') return 'saved';
    const drift = functionDrifted(lambda.label, stored.functionName ?? stored.layerName, difference);
    if (context.onDrift === 'error') throw drift;
    context.warn(drift.message);
    return 'live';
  });
  const lambda = new Lambda({ ...options, function: deferred });
  context.whenLoaded.push(loaded);
  return lambda;
}

/** What a stored Lambda is made of. */
export interface StoredLambda {
  readonly layerName: string;
  /** Undefined where the file holds something else than a name. */
  readonly functionName: string | undefined;
  readonly maskName: string | undefined;
  readonly config: JsonRecord;
  /** How what it takes and gives is nested, where the file says it. */
  readonly structures: { readonly inputs?: TreeStructure; readonly outputs?: TreeStructure };
  /** The inputs whose masks its Programs take. */
  readonly masks: readonly number[];
  readonly programs: JsonRecord | undefined;
  /** Why there are no Programs, as part of a sentence. */
  readonly reason: string;
}

/** The parts of a stored Lambda, nothing of them run or decoded. Throws: FILE_INVALID. */
export function describeLambda(entry: Json, context: ReadContext): StoredLambda {
  const config = isRecord(entry) ? entry['config'] : undefined;
  if (!isRecord(config)) throw fileInvalid(context.file, 'a Lambda has no config');
  const own = isRecord(entry) && isRecord(entry['lamella']) ? entry['lamella'] : {};
  const { programs, reason, structures } = own;
  return {
    layerName: typeof config['name'] === 'string' ? config['name'] : 'lambda',
    functionName: nameIn(config['function']),
    maskName: config['mask'] === undefined || config['mask'] === null ? undefined : nameIn(config['mask']),
    config,
    structures: isRecord(structures)
      ? {
          ...storedStructure('inputs', structures['inputs'], context),
          ...storedStructure('outputs', structures['outputs'], context),
        }
      : // What older files say: one tensor or a list.
        own['structure'] === 'list'
        ? {}
        : { inputs: '*' },
    masks: storedMasks(isRecord(structures) ? structures['masks'] : undefined, context),
    programs: isRecord(programs) ? programs : undefined,
    reason: typeof reason === 'string' ? ` (${reason.slice(0, 300)})` : '',
  };
}

function nameIn(stored: Json | undefined): string | undefined {
  const name = isRecord(stored) && stored['class_name'] === 'function' ? stored['config'] : stored;
  return typeof name === 'string' ? name : undefined;
}

/** The function of the caller or the composition that a stored Lambda means, or undefined. */
export function liveFunction(
  { layerName, functionName }: StoredLambda,
  context: ReadContext,
): NamedFunction | undefined {
  return findFunction(functionName ?? anonymous, context, layerName);
}

function savedFunction(
  { layerName, functionName, structures, masks, programs }: StoredLambda,
  context: ReadContext,
): SavedFunction {
  const inference = readOpenProgram(programs!['inference'] as unknown as OpenProgramJson);
  const training = programs!['training'] === undefined ? inference : readOpenProgram(programs!['training']);
  const isNamed = functionName !== undefined && functionName !== anonymous;
  const list = (count: number): TreeStructure => Array.from({ length: count }, (): '*' => '*');
  const count = inference.graph.outputs.length;
  const inputs = structures.inputs ?? list(inference.arguments.length - masks.length);
  const leaves = flatten<unknown>(inputs as Tree<unknown>).length;
  if (
    [inference, training].some((program) => program.arguments.length !== leaves + masks.length) ||
    masks.some((input) => input >= leaves)
  )
    throw fileInvalid(context.file, `the Programs of Lambda "${layerName}" do not take what it is given`);
  return {
    inputs,
    masks,
    outputs: structures.outputs ?? (count === 1 ? '*' : list(count)),
    inference,
    training,
    ...(isNamed && { functionName }),
  };
}

function storedMasks(stored: Json | undefined, context: ReadContext): readonly number[] {
  if (stored === undefined) return [];
  const masks = Array.isArray(stored) ? (stored as readonly number[]) : [-1];
  if (masks.every((one, i) => Number.isSafeInteger(one) && one >= 0 && !masks.includes(one, i + 1)))
    return masks;
  throw fileInvalid(context.file, "a Lambda's masks are told in a way that is malformed");
}

function storedStructure<K extends string>(
  key: K,
  stored: Json | undefined,
  context: ReadContext,
): { readonly [k in K]?: TreeStructure } {
  if (stored === undefined) return {};
  if (flatten<unknown>(stored as Tree<unknown>).some((leaf) => leaf !== '*'))
    throw fileInvalid(context.file, `a Lambda's ${key} are nested in a way that is malformed`);
  return { [key]: stored } as { readonly [k in K]?: TreeStructure };
}

function isShape(value: Json | undefined): value is readonly (number | null)[] {
  return Array.isArray(value) && value.every((size) => size === null || typeof size === 'number');
}
