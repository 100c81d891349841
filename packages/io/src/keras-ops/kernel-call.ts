// What a rule for one kernel sees: the node's inputs, attributes and types, and a way to write operations of Keras.
// The rules are in kernels/, one file a family; walking the graph is lambda-model.ts'.
import type { SymbolicTensor } from '@lamella/core';
import {
  attributesOf,
  isPolynomial,
  sameSizes,
  type NormalAttributes,
  type OpenNode,
  type OpenType,
  type ProgramNode,
  type Size,
} from '@lamella/program';
import type { Json } from '../keras-json/python-json.js';
import { isConstant, NoKerasForm, type Argument, type Value } from './value.js';
import type { Writer } from './writer.js';

/** The operations that stand for a kernel; their results are its outputs. What is known beforehand needs none. */
export type KernelRule = (call: KernelCall) => Value | readonly Value[];

/** One kernel of a graph, to be written as operations. */
export class KernelCall {
  constructor(
    readonly node: OpenNode,
    /** The types of the outputs. */
    readonly outputs: readonly OpenType[],
    private readonly values: Readonly<Record<string, Value>>,
    private readonly types: Readonly<Record<string, OpenType>>,
    readonly writer: Writer,
  ) {}

  /** The names of the inputs that are a list, in order: `0`, `1`, ... */
  get names(): readonly string[] {
    return Object.keys(this.node.inputs)
      .filter((name) => /^\d+$/.test(name))
      .sort((a, b) => Number(a) - Number(b));
  }

  get output(): OpenType {
    return this.outputs[0]!;
  }

  has(name: string): boolean {
    return name in this.values;
  }

  type(name: string): OpenType {
    return this.types[name]!;
  }

  rank(name: string): number {
    return this.type(name).shape.length;
  }

  /** An input as a tensor of the graph. */
  tensor(name: string): SymbolicTensor {
    const value = this.values[name]!;
    return isConstant(value) ? this.writer.made(value) : value;
  }

  /** An input as a call may hold it: a constant stands there as it is. */
  argument(name: string): Argument {
    const value = this.values[name]!;
    return isConstant(value) ? this.writer.inline(value) : value;
  }

  /** Inputs that broadcast: one number everywhere is a number, where another input has the shape of the result. */
  broadcast(...names: readonly string[]): Argument[] {
    const isWhole = (name: string): boolean =>
      !isConstant(this.values[name]!) && sameSizes(this.type(name).shape, this.output.shape);
    const isCovered = names.some(isWhole);
    return names.map((name) => {
      const value = this.values[name]!;
      const number = isConstant(value) && isCovered ? this.writer.number(value) : undefined;
      return number ?? this.argument(name);
    });
  }

  attribute<T = unknown>(name: string, otherwise?: T): T {
    return (this.node.attrs[name] ?? otherwise) as T;
  }

  /** A list of sizes in an attribute; a number alone is a list of one. */
  sizes(name: string): readonly Size[] {
    const value = this.attribute<Size | readonly Size[] | undefined>(name);
    return value === undefined || value === null
      ? []
      : Array.isArray(value)
        ? (value as readonly Size[])
        : [value as Size];
  }

  /** Integers in an attribute. Throws where they follow the batch. */
  integers(name: string): number[] {
    return this.sizes(name).map((size) => {
      if (typeof size !== 'number') throw this.fail(`"${name}" follows the batch`);
      return size;
    });
  }

  /** The attributes in one form; only those that are said of axes: sizes may follow the batch. */
  get normal(): NormalAttributes {
    const names = new Map(Object.entries(this.node.inputs).map(([name, id]) => [id, name]));
    const shapeOf = (name: string): number[] =>
      this.type(name).shape.map((size) => (isPolynomial(size) ? Number.NaN : size));
    return attributesOf(this.node as ProgramNode, (id) => ({ shape: shapeOf(names.get(id)!) }));
  }

  /** The axis that the kernel works along, counted from the front. */
  get axis(): number {
    return this.normal['axis'] as number;
  }

  /** The axes that the kernel works along, counted from the front. */
  get axes(): number[] {
    return this.normal['axes'] as number[];
  }

  /** One operation with one result. */
  apply(
    operation: string,
    args: readonly Argument[],
    options: Readonly<Record<string, Json>> = {},
  ): SymbolicTensor {
    return this.writer.apply(operation, args, options);
  }

  fail(reason: string): NoKerasForm {
    return new NoKerasForm(reason);
  }
}
