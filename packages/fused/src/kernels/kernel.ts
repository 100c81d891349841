// What it takes to run a tfjs kernel in loops: a function from views to views, and sometimes a condition.
// The table of them is table.ts; the families are beside it.
import type { Attributes, customGradientKernel, KernelName, ValueType } from '@lamella/program';
import type { View } from '../graph/graph.js';

/** One call of a kernel. */
export interface KernelCall<Input> {
  /** By tfjs' own names; list inputs are named `0`, `1`, ... */
  readonly inputs: Readonly<Record<string, Input>>;
  readonly attrs: Attributes;
  readonly outputs: readonly ValueType[];
}

/** A tfjs kernel as loops. */
export interface Kernel {
  /** Whether this call can be run, where not every call can. All dtypes are float32, int32 or bool already. */
  readonly supports?: (call: KernelCall<ValueType>) => boolean;
  /** The outputs as views. */
  readonly lower: (call: KernelCall<View>) => readonly View[];
}

/** A family of kernels, by the names of tfjs. */
export type KernelFamily = Readonly<Partial<Record<KernelName | typeof customGradientKernel, Kernel>>>;

/** An attribute that is a number. */
export function numberOf(attrs: Attributes, name: string, otherwise: number): number {
  const value = attrs[name];
  return typeof value === 'number' ? value : otherwise;
}

/** An attribute that is a list of numbers, or one. */
export function numbersOf(attrs: Attributes, name: string): number[] | undefined {
  const value = attrs[name];
  if (typeof value === 'number') return [value];
  return Array.isArray(value) ? [...(value as readonly number[])] : undefined;
}

/** Axes counted from the front; all of them where the attribute is absent. */
export function axesOf(attrs: Attributes, name: string, rank: number): number[] {
  const axes = numbersOf(attrs, name) ?? Array.from({ length: rank }, (_, axis) => axis);
  return [...new Set(axes.map((axis) => (axis < 0 ? axis + rank : axis)))].sort((a, b) => a - b);
}

/** One axis counted from the front. */
export function axisOf(attrs: Attributes, name: string, rank: number, otherwise: number): number {
  const axis = numberOf(attrs, name, otherwise);
  return axis < 0 ? axis + rank : axis;
}
