// Writes operations of Keras into a graph, and makes tensors of constants: an operation of Keras is called on a tensor, and
// has no way to say a size that follows the batch.
import { isSymbolicTensor, type SymbolicTensor } from '@lamella/core';
import {
  flatten,
  HostTensor,
  isPolynomial,
  sizeOf,
  type DType,
  type Polynomial,
  type Quotient,
  type Size,
} from '@lamella/program';
import type { Json } from '../keras-json/python-json.js';
import type { Operand } from '../operations/operand.js';
import { Operation } from '../operations/operation.js';
import { findOperation, moduleOf } from '../operations/operations.js';
import { integer, NoKerasForm, numberOperand, type Argument, type Constant } from './value.js';

/** Makes the operations of one graph. */
export class Writer {
  private readonly counts = new Map<string, number>();
  private readonly vectors = new Map<number, SymbolicTensor>();

  constructor(
    /** Begins the name of each operation. */
    private readonly prefix: string,
    /** The graph's inputs, from which tensors of constants take their sizes. */
    private readonly inputs: readonly { readonly tensor: SymbolicTensor; readonly sizes: readonly Size[] }[],
  ) {}

  /** One operation with one result. */
  apply(
    operation: string,
    args: readonly Argument[],
    options: Readonly<Record<string, Json>> = {},
  ): SymbolicTensor {
    return this.applyAll(operation, args, options)[0]!;
  }

  /** One operation with all its results. */
  applyAll(
    operation: string,
    args: readonly Argument[],
    options: Readonly<Record<string, Json>> = {},
  ): readonly SymbolicTensor[] {
    const definition = findOperation(operation);
    if (definition === undefined) throw new NoKerasForm(`operation ${operation} cannot be read back`);
    const tensors: SymbolicTensor[] = [];
    const operand = (argument: Argument): Operand =>
      isSymbolicTensor(argument)
        ? { kind: 'input', input: tensors.push(argument) - 1 }
        : Array.isArray(argument)
          ? { kind: 'list', items: (argument as readonly Argument[]).map(operand) }
          : (argument as Operand);
    let operands = args.map(operand);
    if (tensors.length === 0)
      operands = args.map((argument, i) => operand(i === 0 ? this.anchored(argument) : argument));
    const name = this.name(operation);
    const layer = new Operation({
      name,
      operation,
      module: moduleOf(operation),
      definition,
      options: { name, ...options },
      operands: { args: operands, kwargs: {} },
    });
    return flatten<SymbolicTensor>(layer.apply(tensors.length === 1 ? tensors[0]! : tensors));
  }

  /** The one number that a constant is, or undefined; also where it follows the batch. */
  splat({ data }: Constant): number | undefined {
    if ('splat' in data) return isPolynomial(data.splat) ? undefined : data.splat;
    const first = (data as ArrayLike<number>)[0];
    const isSame = Array.prototype.every.call(data, (value) => Object.is(value, first));
    return typeof first === 'number' && isSame ? first : undefined;
  }

  /** A constant of one number, as a number in a call. */
  number(constant: Constant): Operand | undefined {
    const value = this.splat(constant);
    return value === undefined ? undefined : numberOperand(value, constant.dtype);
  }

  /** A constant as a call may hold it; a tensor, where its shape follows the batch. */
  inline(constant: Constant): Argument {
    const { shape: sizes, dtype, data } = constant;
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
      throw new NoKerasForm(`a ${dtype} constant`);
    const number = this.number(constant);
    if (sizes.length === 0 && number !== undefined) return number;
    if (sizes.some(isPolynomial) || ('splat' in data && isPolynomial(data.splat))) return this.made(constant);
    const shape = sizes as readonly number[];
    const value = HostTensor.zeros(shape, dtype);
    if ('splat' in data) value.data.fill(data.splat as number);
    else value.data.set(data as ArrayLike<number>);
    return { kind: 'constant', value, form: '__numpy__' };
  }

  /** A constant as a tensor of the graph. */
  made(constant: Constant): SymbolicTensor {
    const { shape: sizes, dtype, data } = constant;
    if (!('splat' in data)) {
      const values = this.inline(constant);
      return this.apply('Where', [this.truth([]), values, values]);
    }
    const value = isPolynomial(data.splat) ? this.count(data.splat, dtype) : numberOperand(data.splat, dtype);
    return this.apply('Where', [this.truth(sizes), value, value]);
  }

  /** Repeats the axes of size one, up to a shape that may follow the batch. */
  broadcastTo(tensor: SymbolicTensor, sizes: readonly Size[]): SymbolicTensor {
    return this.apply('Where', [this.truth(sizes), tensor, tensor]);
  }

  /** The numbers from 0 up, as many as a size says. */
  positions(size: Size): SymbolicTensor {
    const ones = this.apply('Cast', [this.truth([size])], { dtype: 'int32' });
    return this.apply('Subtract', [this.apply('Cumsum', [ones], { axis: 0 }), integer(1)]);
  }

  /** True everywhere, in a shape that may follow the batch. */
  private truth(sizes: readonly Size[]): SymbolicTensor {
    const open = sizes.flatMap((size, axis) =>
      isPolynomial(size) ? [this.along(size, axis, sizes.length)] : [],
    );
    const fixed = sizes.map((size) => (isPolynomial(size) ? 1 : size));
    const start = open[0] ?? this.apply('All', [this.ones(this.inputs[0]!.tensor)]);
    const whole = open.slice(1).reduce((a, b) => this.apply('LogicalAnd', [a, b]), start);
    if (sizeOf(fixed) === 1 && whole.rank === sizes.length) return whole;
    const value = HostTensor.zeros(fixed, 'bool');
    value.data.fill(1);
    return this.apply('LogicalAnd', [whole, { kind: 'constant', value, form: '__numpy__' }]);
  }

  /** True along one axis of a size that follows an unknown. */
  private along(size: Polynomial, axis: number, rank: number): SymbolicTensor {
    const [term] = size.terms;
    const unknown = term?.powers.findIndex((power) => power === 1) ?? -1;
    const isMultiple =
      size.terms.length === 1 &&
      term!.quotients === undefined &&
      term!.powers.every((power, i) => power === Number(i === unknown));
    if (unknown < 0 || !isMultiple || term!.coefficient < 1)
      throw new NoKerasForm('a constant whose size is no multiple of an unknown one');
    const vector = this.vector(unknown);
    const long =
      term!.coefficient === 1 ? vector : this.apply('Tile', [vector], { repeats: [term!.coefficient] });
    if (rank === 1) return long;
    return this.apply('Reshape', [long], {
      newshape: Array.from({ length: rank }, (_, i) => (i === axis ? -1 : 1)),
    });
  }

  /** True as often as an unknown is large. */
  private vector(unknown: number): SymbolicTensor {
    const found = this.vectors.get(unknown);
    if (found !== undefined) return found;
    for (const { tensor, sizes } of this.inputs) {
      const axis = sizes.findIndex((size) => isPolynomial(size) && size.isolated === unknown);
      if (axis < 0) continue;
      const others = sizes.flatMap((_, i) => (i === axis ? [] : [i]));
      const ones = this.ones(tensor);
      const vector = others.length === 0 ? ones : this.apply('All', [ones], { axis: others });
      this.vectors.set(unknown, vector);
      return vector;
    }
    throw new NoKerasForm('a size that no input has');
  }

  /** A number that follows the unknowns, as a scalar. */
  private count(size: Polynomial, dtype: DType): SymbolicTensor {
    const counted = (unknown: number): SymbolicTensor =>
      this.apply('Sum', [this.apply('Cast', [this.vector(unknown)], { dtype })]);
    const divided = ({ unknown, offset, divisor }: Quotient): SymbolicTensor => {
      const sum = this.apply('Add', [counted(unknown), numberOperand(offset, dtype)]);
      return this.apply('FloorDivide', [sum, numberOperand(divisor, dtype)]);
    };
    const terms = size.terms.map(({ coefficient, powers, quotients = [] }): Argument => {
      const factors = [
        ...powers.flatMap((power, i) => Array.from({ length: power }, () => counted(i))),
        ...quotients.map(divided),
      ];
      return factors.reduce<Argument>(
        (a, b) => this.apply('Multiply', [b, a]),
        numberOperand(coefficient, dtype),
      );
    });
    // A term that is a number goes first, so that there is a tensor in every sum.
    const ordered = [...terms].sort((a, b) => Number(isSymbolicTensor(a)) - Number(isSymbolicTensor(b)));
    return ordered.reduce((a, b) => this.apply('Add', [b, a])) as SymbolicTensor;
  }

  private ones(tensor: SymbolicTensor): SymbolicTensor {
    return this.apply('OnesLike', [tensor], { dtype: 'bool' });
  }

  /** An argument as a tensor, for an operation that would have none. */
  private anchored(argument: Argument): Argument {
    if (Array.isArray(argument)) {
      const [first, ...others] = argument as readonly Argument[];
      return [this.anchored(first!), ...others];
    }
    return this.apply('Where', [this.truth([]), argument, argument]);
  }

  private name(operation: string): string {
    const base = `${this.prefix}_${operation.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase()}`;
    const count = this.counts.get(base) ?? 0;
    this.counts.set(base, count + 1);
    return count === 0 ? base : `${base}_${count}`;
  }
}
