// What it takes to run a tfjs kernel in loops: a function from views to views, and sometimes a condition.
// The table of them is table.ts; the families are beside it.
import type { customGradientKernel, KernelName, NormalAttributes, ValueType } from '@lamella/program';
import type { View } from '../graph/graph.js';

/** One call of a kernel. */
export interface KernelCall<Input> {
  /** By tfjs' own names; list inputs are named `0`, `1`, ... */
  readonly inputs: Readonly<Record<string, Input>>;
  /** As rules and lowerings read them: axes counted from the front, defaults, lists for single numbers. */
  readonly attrs: NormalAttributes;
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
export function numberOf(attrs: NormalAttributes, name: string, otherwise: number): number {
  const value = attrs[name];
  return typeof value === 'number' ? value : otherwise;
}
