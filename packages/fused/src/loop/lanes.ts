// Writes the instructions of a loop: one method an operation, equal instructions only once.
// Not here: functions such as exp (functions.ts), and which tfjs kernel means what (kernels/).
import type { DType } from '@lamella/program';
import { laneOf, type Lane } from './lane.js';
import type { Access, FoldKind, Instruction } from './loop.js';
import { operationNamed, type OperationName } from './operations.js';

/** What an instruction yields: its number, and the kind of lane. */
export interface Value {
  readonly id: number;
  readonly lane: Lane;
}

/** The lane in which a loop holds values of a dtype between loads and stores. */
export function laneOfDType(dtype: DType): 'f32' | 'i32' | 'mask' {
  return dtype === 'float32' ? 'f32' : dtype === 'bool' ? 'mask' : 'i32';
}

/** Instructions under construction. Both arguments of a binary method are of one lane. */
export class Lanes {
  readonly instructions: Instruction[] = [];
  private readonly known = new Map<string, Value>();

  constant(lane: Lane, value: number): Value {
    // -0 and 0 differ.
    return this.write({ kind: 'constant', lane, value }, `${lane} ${Object.is(value, -0) ? '-0' : value}`);
  }

  f32(value: number): Value {
    return this.constant('f32', Math.fround(value));
  }

  f64(value: number): Value {
    return this.constant('f64', value);
  }

  i32(value: number): Value {
    return this.constant('i32', value);
  }

  load(access: Access): Value {
    const lane = laneOf(access.element);
    return this.write({ kind: 'load', lane, access }, `load ${JSON.stringify(access)}`);
  }

  index(offset: number, strides: readonly number[]): Value {
    return this.write({ kind: 'index', lane: 'i32', offset, strides }, `index ${offset} ${strides.join()}`);
  }

  /** An element `stride` times `index` further on than `access`; the index must be within bounds. */
  gather(access: Access, index: Value, stride: number): Value {
    const lane = laneOf(access.element);
    return this.write(
      { kind: 'gather', lane, access, index: index.id, stride },
      `gather ${index.id} ${stride} ${JSON.stringify(access)}`,
    );
  }

  /** Joins the values along all folded axes of the loop. */
  fold(fold: FoldKind, value: Value): Value {
    return this.write({ kind: 'fold', lane: value.lane, fold, argument: value.id }, `${fold} ${value.id}`);
  }

  add(a: Value, b: Value): Value {
    return this.numeric('add', a, b);
  }

  sub(a: Value, b: Value): Value {
    return this.numeric('sub', a, b);
  }

  mul(a: Value, b: Value): Value {
    return this.numeric('mul', a, b);
  }

  div(a: Value, b: Value): Value {
    return this.numeric('div', a, b);
  }

  max(a: Value, b: Value): Value {
    return this.numeric('max', a, b);
  }

  min(a: Value, b: Value): Value {
    return this.numeric('min', a, b);
  }

  rem(a: Value, b: Value): Value {
    return this.operation('f64.rem', [a, b]);
  }

  abs(a: Value): Value {
    return this.numeric('abs', a);
  }

  neg(a: Value): Value {
    return this.numeric('neg', a);
  }

  sqrt(a: Value): Value {
    return this.numeric('sqrt', a);
  }

  floor(a: Value): Value {
    return this.numeric('floor', a);
  }

  nearest(a: Value): Value {
    return this.numeric('nearest', a);
  }

  eq(a: Value, b: Value): Value {
    return a.lane === 'mask' ? this.not(this.operation('mask.xor', [a, b])) : this.numeric('eq', a, b);
  }

  ne(a: Value, b: Value): Value {
    return a.lane === 'mask' ? this.operation('mask.xor', [a, b]) : this.numeric('ne', a, b);
  }

  lt(a: Value, b: Value): Value {
    return this.numeric('lt', a, b);
  }

  le(a: Value, b: Value): Value {
    return this.numeric('le', a, b);
  }

  and(a: Value, b: Value): Value {
    return this.operation(a.lane === 'mask' ? 'mask.and' : 'i32.and', [a, b]);
  }

  or(a: Value, b: Value): Value {
    return this.operation(a.lane === 'mask' ? 'mask.or' : 'i32.or', [a, b]);
  }

  xor(a: Value, b: Value): Value {
    return this.operation(a.lane === 'mask' ? 'mask.xor' : 'i32.xor', [a, b]);
  }

  not(a: Value): Value {
    return this.operation('mask.not', [a]);
  }

  shl(a: Value, amount: number): Value {
    return this.operation('i32.shl', [a], amount);
  }

  shrS(a: Value, amount: number): Value {
    return this.operation('i32.shrS', [a], amount);
  }

  shrU(a: Value, amount: number): Value {
    return this.operation('i32.shrU', [a], amount);
  }

  /** `yes` where the mask is set, else `no`. */
  select(mask: Value, yes: Value, no: Value): Value {
    return this.operation(`${yes.lane}.select`, [mask, yes, no]);
  }

  /** Any operation by its name. Throws: TypeError when the lanes do not fit, which is a mistake in this package. */
  operation(name: OperationName, values: readonly Value[], amount = 0): Value {
    const { lanes, result } = operationNamed(name);
    if (lanes.length !== values.length || lanes.some((lane, i) => lane !== values[i]!.lane)) {
      throw new TypeError(`${name} takes ${lanes.join()}, got ${values.map(({ lane }) => lane).join()}`);
    }
    const ids = values.map(({ id }) => id);
    return this.write(
      { kind: 'operation', lane: result, operation: name, arguments: ids, amount },
      `${name} ${ids.join()} ${amount}`,
    );
  }

  /** Any value as float64: masks count as 0 and 1. */
  toF64(a: Value): Value {
    switch (a.lane) {
      case 'f64':
        return a;
      case 'f32':
        return this.operation('f64.promote', [a]);
      case 'i32':
        return this.operation('f64.convert', [a]);
      case 'mask':
        return this.operation('f64.convert', [this.operation('i32.fromMask', [a])]);
    }
  }

  toF32(a: Value): Value {
    switch (a.lane) {
      case 'f32':
        return a;
      case 'f64':
        return this.operation('f32.demote', [a]);
      case 'i32':
        return this.operation('f32.convert', [a]);
      case 'mask':
        return this.operation('f32.convert', [this.operation('i32.fromMask', [a])]);
    }
  }

  toI32(a: Value): Value {
    switch (a.lane) {
      case 'i32':
        return a;
      case 'mask':
        return this.operation('i32.fromMask', [a]);
      default:
        return this.operation('i32.wrap', [this.toF64(a)]);
    }
  }

  /** Whether a value is not 0; NaN is not. */
  toMask(a: Value): Value {
    return a.lane === 'mask' ? a : this.ne(a, this.constant(a.lane, 0));
  }

  /** A value as what a dtype holds. */
  to(dtype: DType, a: Value): Value {
    const lane = laneOfDType(dtype);
    return lane === 'f32' ? this.toF32(a) : lane === 'i32' ? this.toI32(a) : this.toMask(a);
  }

  /** The operation of that name on the lane of the values. */
  private numeric(name: string, ...values: Value[]): Value {
    return this.operation(`${values[0]!.lane}.${name}` as OperationName, values);
  }

  private write(instruction: Instruction, key: string): Value {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const value: Value = { id: this.instructions.push(instruction) - 1, lane: instruction.lane };
    this.known.set(key, value);
    return value;
  }
}
