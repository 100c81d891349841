// How a Lambda stands in a config: by its function's registered name, with its arguments, and beside them, where Keras does
// not look, the captured Program. Python bytecode is recognised and never decoded.
import type { Layer, NamedFunction } from '@lamella/core';
import { suggest, type ProgramTemplate } from '@lamella/program';
import { Lambda } from '@lamella/lambda';
import { fileInvalid, notSerializable } from '../errors.js';
import { isRecord, type Json, type WritableJson } from './python-json.js';
import { findFunction, isEnvelope, type ReadContext } from './read-object.js';
import type { ConfigStyle } from './write-model.js';

type Entry = { [key: string]: WritableJson };

/** Whether a layer is a Lambda, of any copy of that package. */
export function isLambda(layer: Layer): layer is Lambda {
  return layer.className === Lambda.className;
}

/** The envelope of a Lambda. Throws: NOT_SERIALIZABLE for an anonymous function, NOT_CAPTURABLE. */
export function writeLambda(layer: Lambda, style: ConfigStyle): Entry {
  if (layer.functionName === undefined) {
    throw notSerializable(
      layer.label,
      'its function has no registered name',
      "give it one: namedFunction('package>name', fn), listed in lambdas({ functions })",
    );
  }
  const { outputShape } = layer.getConfig();
  const config: Entry = {
    name: layer.name,
    trainable: layer.trainable,
    function: {
      module: 'builtins',
      class_name: 'function',
      config: layer.functionName,
      registered_name: 'function',
    },
    ...(outputShape !== undefined && { output_shape: outputShape as WritableJson }),
    arguments: layer.arguments as WritableJson,
  };
  const [node] = layer.inboundNodes;
  const own: Entry = {
    version: 1,
    outputs: (node?.outputs ?? []).map((tensor) => ({ shape: [...tensor.shape], dtype: tensor.dtype })),
    programs: { inference: programOf(layer, false), training: programOf(layer, true) },
  };
  if (style === 'hybrid') return { class_name: 'Lambda', config, lamella: own };
  return { module: 'keras.layers', class_name: 'Lambda', config, registered_name: null, lamella: own };
}

function programOf(layer: Lambda, training: boolean): WritableJson {
  const template: ProgramTemplate = layer.captureProgram({ training });
  return template.toJSON() as unknown as WritableJson;
}

/** Whether a stored layer is a Lambda. */
export function isLambdaEntry(entry: Json): boolean {
  return isEnvelope(entry) && entry.class_name === 'Lambda';
}

/** One line about the function that a stored Lambda needs and that is not at hand, or undefined. */
export function missingFunction(entry: Json, context: ReadContext): string | undefined {
  const { layerName, functionName, isBytecode } = describe(entry, context);
  if (resolve(layerName, functionName, context) !== undefined) return undefined;
  if (isBytecode)
    return `  Lambda "${layerName}" holds Python bytecode, which is never decoded; pass { functions: { "${layerName}": fn } }`;
  return `  Lambda "${layerName}" refers to "${functionName}". ${suggest(functionName, context.composition.catalog.functions.keys())}`;
}

/** The Lambda a stored entry describes. */
export function readLambda(entry: Json, context: ReadContext): Lambda {
  const { layerName, functionName, config } = describe(entry, context);
  const fn = resolve(layerName, functionName, context);
  if (fn === undefined) throw fileInvalid(context.file, `Lambda "${layerName}" has no function`);
  const given = config['arguments'];
  const shape = config['output_shape'];
  return new Lambda({
    name: layerName,
    ...(typeof config['trainable'] === 'boolean' && { trainable: config['trainable'] }),
    function: fn,
    arguments: (isRecord(given) ? given : {}) as never,
    outputShape:
      Array.isArray(shape) && shape.every((size) => size === null || typeof size === 'number')
        ? (shape as (number | null)[])
        : null,
  });
}

interface Description {
  readonly layerName: string;
  readonly functionName: string;
  readonly isBytecode: boolean;
  readonly config: { readonly [key: string]: Json };
}

function describe(entry: Json, context: ReadContext): Description {
  const config = isRecord(entry) ? entry['config'] : undefined;
  if (!isRecord(config)) throw fileInvalid(context.file, 'a Lambda has no config');
  const stored = config['function'];
  const name = isRecord(stored) && stored['class_name'] === 'function' ? stored['config'] : stored;
  return {
    layerName: typeof config['name'] === 'string' ? config['name'] : 'lambda',
    functionName: typeof name === 'string' ? name : '(none)',
    isBytecode: typeof name !== 'string',
    config,
  };
}

function resolve(layerName: string, functionName: string, context: ReadContext): NamedFunction | undefined {
  return findFunction(functionName, context, layerName);
}
