// What an operation of a graph is called on, as a file says it: tensors of the graph, numbers, lists, slices, constants.
import { HostTensor, sizeOf, type Shape } from '@lamella/program';
import { fileInvalid } from '../errors.js';
import {
  isPythonFloat,
  isRecord,
  PythonFloat,
  type Json,
  type WritableJson,
} from '../keras-json/python-json.js';

/** One argument. `input` is the number of a tensor among those that the operation is applied to. */
export type Operand =
  | { readonly kind: 'input'; readonly input: number }
  | { readonly kind: 'number'; readonly value: number; readonly isFloat: boolean }
  | { readonly kind: 'plain'; readonly value: string | boolean | null }
  | { readonly kind: 'list'; readonly items: readonly Operand[] }
  | { readonly kind: 'slice'; readonly parts: readonly [start: Operand, stop: Operand, step: Operand] }
  | { readonly kind: 'ellipsis' }
  | { readonly kind: 'constant'; readonly value: HostTensor; readonly form: '__tensor__' | '__numpy__' };

/** A call of an operation: its arguments by position and by name. */
export interface OperandCall {
  readonly args: readonly Operand[];
  readonly kwargs: Readonly<Record<string, Operand>>;
}

/** A reference of a file to a tensor of the graph. */
export type TensorReference = readonly [layer: string, node: number, tensor: number];

/** Reads the arguments of a call, and which tensors it is applied to. Throws: FILE_INVALID. */
export function readOperands(
  args: Json,
  kwargs: Json,
  file: string,
): { call: OperandCall; inputs: TensorReference[] } {
  const inputs: TensorReference[] = [];
  const read = (container: Json, key: string | number): Operand => {
    const value = (container as Readonly<Record<string | number, Json>>)[key]!;
    if (value === null || typeof value === 'string' || typeof value === 'boolean')
      return { kind: 'plain', value };
    if (typeof value === 'number') return { kind: 'number', value, isFloat: isPythonFloat(container, key) };
    if (Array.isArray(value)) return { kind: 'list', items: value.map((_, i) => read(value, i)) };
    const { class_name: name, config } = value as { readonly [key: string]: Json };
    if (!isRecord(config)) throw unsupported(file, name);
    switch (name) {
      case '__keras_tensor__': {
        const reference = referenceOf(config['keras_history']);
        if (reference === undefined) throw fileInvalid(file, 'an operation is called on a malformed tensor');
        return { kind: 'input', input: inputs.push(reference) - 1 };
      }
      case '__slice__':
        return { kind: 'slice', parts: [read(config, 'start'), read(config, 'stop'), read(config, 'step')] };
      case '__ellipsis__':
        return { kind: 'ellipsis' };
      case '__tensor__':
      case '__numpy__':
        return { kind: 'constant', value: readConstant(config, file), form: name };
      default:
        throw unsupported(file, name);
    }
  };
  if (!Array.isArray(args) || !(kwargs === undefined || isRecord(kwargs)))
    throw fileInvalid(file, 'an operation has a malformed call');
  const call: OperandCall = {
    args: args.map((_, i) => read(args, i)),
    kwargs: Object.fromEntries(Object.keys(kwargs ?? {}).map((key) => [key, read(kwargs, key)])),
  };
  return { call, inputs };
}

function unsupported(file: string, what: Json | undefined): Error {
  return fileInvalid(
    file,
    `an operation is called on ${JSON.stringify(what) ?? 'something'}, which is no tensor, number or slice`,
  );
}

/** A layer's name, its call and its output, or undefined. */
export function referenceOf(value: Json | undefined): TensorReference | undefined {
  if (!Array.isArray(value) || value.length < 3) return undefined;
  const [layer, node, tensor] = value as readonly Json[];
  if (typeof layer !== 'string' || typeof node !== 'number' || typeof tensor !== 'number') return undefined;
  return [layer, node, tensor];
}

function readConstant(config: { readonly [key: string]: Json }, file: string): HostTensor {
  const { value, dtype } = config;
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
    throw fileInvalid(file, `a constant is of dtype ${JSON.stringify(dtype)}`, 'use float32, int32 or bool');
  const shape: number[] = [];
  for (let inner: Json | undefined = value; Array.isArray(inner); inner = inner[0]) shape.push(inner.length);
  // What is there is counted before memory is taken for what the first of each list says.
  const numbers: number[] = [];
  const collect = (item: Json | undefined, depth: number): void => {
    if (depth < shape.length && Array.isArray(item) && item.length === shape[depth])
      for (const inner of item) collect(inner, depth + 1);
    else if (depth === shape.length && (typeof item === 'number' || typeof item === 'boolean'))
      numbers.push(Number(item));
    else throw fileInvalid(file, 'a constant is no array of numbers');
  };
  collect(value, 0);
  const tensor = HostTensor.zeros(shape, dtype);
  tensor.data.set(numbers);
  return tensor;
}

/** The arguments as Keras writes them; `reference` says how a tensor stands in the file. */
export function writeOperand(operand: Operand, reference: (input: number) => WritableJson): WritableJson {
  switch (operand.kind) {
    case 'input':
      return reference(operand.input);
    case 'number':
      return operand.isFloat ? new PythonFloat(operand.value) : operand.value;
    case 'plain':
      return operand.value;
    case 'list':
      return operand.items.map((item) => writeOperand(item, reference));
    case 'slice': {
      const [start, stop, step] = operand.parts.map((part) => writeOperand(part, reference));
      return { class_name: '__slice__', config: { start, stop, step } };
    }
    case 'ellipsis':
      return { class_name: '__ellipsis__', config: {} };
    case 'constant': {
      const { shape, dtype, data } = operand.value;
      return { class_name: operand.form, config: { value: nested(shape, data, dtype), dtype } };
    }
  }
}

function nested(shape: Shape, data: ArrayLike<number>, dtype: string): WritableJson {
  let at = 0;
  const build = (depth: number): WritableJson => {
    if (depth < shape.length) return Array.from({ length: shape[depth]! }, () => build(depth + 1));
    const value = data[at++]!;
    return dtype === 'bool' ? value !== 0 : dtype === 'int32' ? value : new PythonFloat(value);
  };
  return sizeOf(shape) === 0 && shape.length > 0 ? [] : build(0);
}
