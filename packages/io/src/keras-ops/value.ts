// What goes through an export: values of a graph, and what stands in the call of an operation. Writing them is writer.ts'.
import { isSymbolicTensor, type SymbolicTensor } from '@lamella/core';
import type { DType, OpenConstant, OpenType } from '@lamella/program';
import type { Operand } from '../operations/operand.js';

/** What an operation is called on: tensors, or what stands in its call as it is. */
export type Argument = SymbolicTensor | Operand | readonly Argument[];

/** A value that is known beforehand. */
export interface Constant extends OpenType {
  readonly data: OpenConstant['data'];
}

/** A value of the graph. */
export type Value = SymbolicTensor | Constant;

/** Why something has no form in Keras. */
export class NoKerasForm extends Error {}

/** Whether a value is known beforehand. */
export function isConstant(value: Value): value is Constant {
  return !isSymbolicTensor(value);
}

/** What stands for a number in a call. */
export function numberOperand(value: number, dtype: DType): Operand {
  if (dtype === 'bool') return { kind: 'plain', value: value !== 0 };
  return { kind: 'number', value, isFloat: dtype === 'float32' };
}

/** An integer in a call. */
export function integer(value: number): Operand {
  return numberOperand(value, 'int32');
}

/** A float in a call. */
export function float(value: number): Operand {
  return numberOperand(value, 'float32');
}

/** A part of a tensor's axis, as Python writes it. */
export function slice(start: number | null, stop: number | null, step: number | null = null): Operand {
  const part = (value: number | null): Operand =>
    value === null ? { kind: 'plain', value: null } : integer(value);
  return { kind: 'slice', parts: [part(start), part(stop), part(step)] };
}
