// What an operation is: the names of its arguments and options, and a function of tfjs-core calls. The tables are beside it.
import { asFloat, isDType, isFloatDType, type FloatDType } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { operationInvalid } from '../errors.js';
import type { Json } from '../keras-json/python-json.js';
import type { Operand } from './operand.js';

/** An operation as Keras names it. */
export interface OperationDefinition {
  /** The arguments' names in order; the last one takes all that follow where it begins with `*`. */
  readonly parameters: readonly string[];
  /** The options of the constructor; another one in a file is refused. */
  readonly options: readonly string[];
  readonly run: (call: OperationCall) => tf.Tensor | tf.Tensor[];
}

/** An argument with its tensors in place. */
export type OperandValue =
  | Exclude<Operand, { kind: 'input' | 'list' | 'constant' }>
  | { readonly kind: 'tensor'; readonly tensor: tf.Tensor }
  | { readonly kind: 'list'; readonly items: readonly OperandValue[] };

/** One call: arguments by name, options by name. Throws: OPERATION_INVALID for those that do not fit. */
export class OperationCall {
  constructor(
    /** How errors name the operation. */
    readonly subject: string,
    private readonly values: ReadonlyMap<string, OperandValue>,
    private readonly options: Readonly<Record<string, Json>>,
  ) {}

  fail(problem: string): Error {
    return operationInvalid(this.subject, problem);
  }

  value(name: string): OperandValue {
    const found = this.values.get(name);
    if (found === undefined) throw this.fail(`argument "${name}" is missing`);
    return found;
  }

  has(name: string): boolean {
    const found = this.values.get(name);
    return found !== undefined && !(found.kind === 'plain' && found.value === null);
  }

  /** An argument as a tensor; a number becomes a scalar. */
  tensor(name: string): tf.Tensor {
    return this.asTensor(this.value(name), name);
  }

  /** As a tensor of floats. */
  float(name: string): tf.Tensor {
    return toFloat(this.tensor(name));
  }

  /** An argument that is a list of tensors. */
  tensors(name: string): tf.Tensor[] {
    const value = this.value(name);
    return (value.kind === 'list' ? value.items : [value]).map((item) => this.asTensor(item, name));
  }

  /** Two arguments in one dtype, as Keras promotes them. */
  pair(first = 'x1', second = 'x2'): [tf.Tensor, tf.Tensor] {
    return promote(this.tensor(first), this.tensor(second));
  }

  option(name: string): Json {
    return this.options[name] ?? null;
  }

  flag(name: string): boolean {
    return this.option(name) === true;
  }

  number(name: string, otherwise?: number): number {
    const value = this.option(name) ?? otherwise;
    if (typeof value !== 'number')
      throw this.fail(`option "${name}" is ${JSON.stringify(value)}, expected a number`);
    return value;
  }

  integer(name: string, otherwise?: number): number {
    const value = this.number(name, otherwise);
    if (!Number.isSafeInteger(value)) throw this.fail(`option "${name}" is ${value}, expected an integer`);
    return value;
  }

  /** One integer or a list of them as a list. */
  integers(name: string): number[] {
    const value = this.option(name);
    const list = Array.isArray(value) ? (value as readonly Json[]) : [value];
    if (!list.every((item) => Number.isSafeInteger(item)))
      throw this.fail(`option "${name}" is ${JSON.stringify(value)}, expected integers`);
    return list as number[];
  }

  /** The axes to reduce: all of them where there is no such option. */
  axes(x: tf.Tensor, name = 'axis'): number[] {
    return this.option(name) === null
      ? x.shape.map((_, i) => i)
      : this.integers(name).map((axis) => this.within(axis, x.rank));
  }

  /** One axis from 0. */
  axis(rank: number, otherwise?: number, name = 'axis'): number {
    return this.within(this.integer(name, otherwise), rank);
  }

  /** An axis counted from 0. */
  within(axis: number, rank: number): number {
    const counted = axis < 0 ? axis + rank : axis;
    if (counted < 0 || counted >= rank) throw this.fail(`axis ${axis} is none of a tensor of rank ${rank}`);
    return counted;
  }

  dtype(name = 'dtype'): FloatDType | 'int32' | 'bool' | null {
    const value = this.option(name);
    if (value === null || value === 'int32' || value === 'bool') return value;
    if (isDType(value) && isFloatDType(value)) return value;
    throw this.fail(`dtype ${JSON.stringify(value)} is not supported; use a float, int32 or bool`);
  }

  private asTensor(value: OperandValue, name: string): tf.Tensor {
    if (value.kind === 'tensor') return value.tensor;
    if (value.kind === 'number') return tf.scalar(value.value, value.isFloat ? 'float32' : 'int32');
    if (value.kind === 'plain' && typeof value.value === 'boolean') return tf.scalar(value.value, 'bool');
    if (value.kind === 'list')
      return tf.stack(promoteAll(value.items.map((item) => this.asTensor(item, name))));
    throw this.fail(`argument "${name}" is no tensor`);
  }
}

/** The tensor in a dtype; where none is given, as it is. */
export function castTo(x: tf.Tensor, dtype: FloatDType | 'int32' | 'bool' | null): tf.Tensor {
  if (dtype === null) return x;
  return isFloatDType(dtype) ? asFloat(toFloat(x), dtype) : tf.cast(x, dtype);
}

/** The tensor with float values. */
export function toFloat(x: tf.Tensor): tf.Tensor {
  return x.dtype === 'float32' ? x : tf.cast(x, 'float32');
}

/** Two tensors in one dtype: float32 where one is, else int32 where one is, else bool. */
export function promote(a: tf.Tensor, b: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const [x, y] = promoteAll([a, b]);
  return [x!, y!];
}

/** Tensors in one dtype. */
export function promoteAll(tensors: readonly tf.Tensor[]): tf.Tensor[] {
  const dtypes = new Set(tensors.map((tensor) => tensor.dtype));
  const dtype = dtypes.has('float32') ? 'float32' : dtypes.has('int32') ? 'int32' : 'bool';
  return tensors.map((tensor) => (tensor.dtype === dtype ? tensor : tf.cast(tensor, dtype)));
}

/** A function of one tensor. */
export function unary(fn: (x: tf.Tensor) => tf.Tensor): OperationDefinition {
  return { parameters: ['x'], options: [], run: (call) => fn(call.tensor('x')) };
}

/** A function of one tensor of floats; integers become floats. */
export function floatUnary(fn: (x: tf.Tensor) => tf.Tensor): OperationDefinition {
  return { parameters: ['x'], options: [], run: (call) => fn(call.float('x')) };
}

/** A function of two tensors of one dtype. */
export function binary(fn: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor): OperationDefinition {
  return { parameters: ['x1', 'x2'], options: [], run: (call) => fn(...call.pair()) };
}

/** A function of one tensor with options. */
export function withOptions(
  options: readonly string[],
  run: (x: tf.Tensor, call: OperationCall) => tf.Tensor | tf.Tensor[],
): OperationDefinition {
  return { parameters: ['x'], options, run: (call) => run(call.tensor('x'), call) };
}
