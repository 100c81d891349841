// How an operation stands in a config: among the layers, with Keras' module and class, and its arguments in each call.
import { packageOf, type Layer } from '@lamella/core';
import { fileInvalid } from '../errors.js';
import { asRead, isRecord, type Json, type WritableJson } from '../keras-json/python-json.js';
import { isEnvelope, type ReadContext } from '../keras-json/read-object.js';
import { findOperation, moduleOf, operationModules } from './operations.js';
import { readOperands, writeOperand, type TensorReference } from './operand.js';
import { isOperation, Operation } from './operation.js';

/** Whether a stored layer is an operation, known or not. Without a module, what is called on more than one list is one. */
export function isOperationEntry(entry: Json, context: ReadContext): boolean {
  if (!isEnvelope(entry)) return false;
  const module = entry['module'];
  if (typeof module === 'string')
    return module.startsWith('keras.src.ops.') || operationModules.includes(module);
  if (findOperation(entry.class_name) === undefined) return false;
  // Somebody's own layer may have the name of an operation.
  const registered = entry['registered_name'];
  if (typeof registered === 'string' && packageOf(registered) !== undefined) return false;
  return (
    context.composition.catalog.find('layers', entry.class_name) === undefined || isCalledOnArguments(entry)
  );
}

/** Whether the operation an entry names is one of those here. */
export function isKnownOperation(entry: Json): boolean {
  if (!isEnvelope(entry) || findOperation(entry.class_name) === undefined) return false;
  const module = entry['module'];
  return typeof module !== 'string' || operationModules.includes(module);
}

function isCalledOnArguments(entry: { readonly [key: string]: Json }): boolean {
  const nodes = entry['inbound_nodes'];
  if (!Array.isArray(nodes)) return false;
  return (nodes as readonly Json[]).some(
    (node) => isRecord(node) && Array.isArray(node['args']) && node['args'].length > 1,
  );
}

/** The operation, and for each of its calls the tensors that it is applied to. Throws: FILE_INVALID, OPERATION_INVALID. */
export function readOperation(
  entry: Json,
  nodes: readonly Json[],
  file: string,
): { layer: Operation; calls: TensorReference[][] } {
  const config = isEnvelope(entry) && isRecord(entry['config']) ? entry['config'] : undefined;
  const className = isEnvelope(entry) ? entry.class_name : '';
  const definition = findOperation(className);
  // An operation with a get_config() of its own may leave its name to the entry.
  const name = config?.['name'] ?? (isRecord(entry) ? entry['name'] : undefined);
  if (config === undefined || definition === undefined || typeof name !== 'string')
    throw fileInvalid(file, 'an operation has no name or no config');
  const calls = nodes.map((node) => {
    if (!isRecord(node)) throw fileInvalid(file, `operation "${name}" has a malformed call`);
    return readOperands(node['args'] ?? null, node['kwargs'] ?? {}, file);
  });
  const [first] = calls;
  if (first === undefined) throw fileInvalid(file, `operation "${name}" is called on nothing`);
  const way = calls.length > 1 ? JSON.stringify(first.call) : '';
  if (calls.slice(1).some(({ call }) => JSON.stringify(call) !== way))
    throw fileInvalid(
      file,
      `operation "${name}" is called in several ways`,
      'use an operation of its own for each',
    );
  if (calls.some(({ inputs }) => inputs.length === 0))
    throw fileInvalid(file, `operation "${name}" is called on no tensor of the graph`);
  const layer = new Operation({
    name,
    operation: className,
    module: moduleOf(className),
    definition,
    options: config,
    operands: first.call,
  });
  return { layer, calls: calls.map(({ inputs }) => inputs) };
}

/** The operation as Keras writes it, without its calls. */
export function writeOperation(layer: Operation): { [key: string]: WritableJson } {
  const { operation, module, options } = layer.operation;
  return {
    module,
    class_name: operation,
    config: Object.fromEntries(Object.keys(options).map((key) => [key, asRead(options, key)])),
    registered_name: operation,
  };
}

/** One call of an operation as Keras writes it; `tensors` are the stored forms of what it is applied to. */
export function writeOperationCall(
  layer: Operation,
  tensors: readonly WritableJson[],
): { [key: string]: WritableJson } {
  const { args, kwargs } = layer.operation.operands;
  const write = (operand: (typeof args)[number]): WritableJson =>
    writeOperand(operand, (input) => tensors[input]!);
  return {
    args: args.map(write),
    kwargs: Object.fromEntries(Object.entries(kwargs).map(([name, operand]) => [name, write(operand)])),
  };
}

/** Whether a layer is one that Keras does not count among a model's layers, and that has no weights. */
export function isNoKerasLayer(layer: Layer): boolean {
  return isOperation(layer);
}
