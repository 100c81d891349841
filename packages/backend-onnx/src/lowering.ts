// What a lowering is: from one kernel call to ONNX operators in a graph. The lowerings are in lowering/, by family;
// lower-program.ts runs them over a Program.
import { programInvalid, type NormalAttributes, type Shape } from '@lamella/program';
import type { GraphBuilder } from './model/graph-builder.js';

/** The dtypes of Program values that ONNX graphs of this backend carry. */
export type ValueDType = 'float32' | 'int32' | 'bool';

/** The shape and dtype of a value. */
export interface OperandType {
  readonly shape: Shape;
  readonly dtype: ValueDType;
}

/** A value of the Program inside the graph. Asking for the `name` of a uniform one spreads it to its full shape. */
export interface Operand extends OperandType {
  readonly name: string;
  /** The one value that all its elements have, where that is known. */
  readonly uniform?: number;
  /** Of a constant. */
  readonly elements?: ArrayLike<number>;
}

/** The name of a result in the graph, or an operand that stands for it. */
export type Lowered = string | Operand;

/** Appends what one kernel call needs and gives its results, each of the shape and dtype that `outputs` says. */
export type Lowering = (call: LoweringCall) => Lowered | readonly Lowered[];

/** One kernel call to lower. */
export class LoweringCall {
  constructor(
    readonly graph: GraphBuilder,
    private readonly operands: Readonly<Record<string, Operand>>,
    /** As rules and lowerings read them: axes counted from the front, defaults, lists for single numbers. */
    private readonly attrs: NormalAttributes,
    /** The types of the results. */
    readonly outputs: readonly OperandType[],
  ) {}

  /** The type of the first result, for most kernels the only one. */
  get output(): OperandType {
    return this.outputs[0]!;
  }

  /** The inputs in order, for kernels that take a list. */
  get list(): readonly Operand[] {
    return Object.keys(this.operands)
      .sort((a, b) => Number(a) - Number(b))
      .map((name) => this.operands[name]!);
  }

  input(name: string): Operand {
    const operand = this.operands[name];
    if (operand === undefined) throw programInvalid(`a kernel lacks its input "${name}"`);
    return operand;
  }

  /** An input that the kernel may do without. */
  optional(name: string): Operand | undefined {
    return this.operands[name];
  }

  attribute<T>(name: string): T {
    return this.attrs[name] as T;
  }

  /** All attributes of the kernel. */
  attributes<T extends NormalAttributes>(): T {
    return this.attrs as T;
  }
}

/** An operand that the graph computes. */
export function computed(name: string, type: OperandType): Operand {
  return { name, shape: type.shape, dtype: type.dtype };
}

/** An operand of one value everywhere; only a scalar is stored unless the full shape is asked for. */
export function uniform(graph: GraphBuilder, value: number, type: OperandType): Operand {
  let name: string | undefined;
  return {
    shape: type.shape,
    dtype: type.dtype,
    uniform: value,
    get name(): string {
      return (name ??= graph.full(value, type.shape, type.dtype));
    },
  };
}

/** `x` through the activation of a fused kernel, which fuseBias() makes with ReLU or none. */
export function activated(call: LoweringCall, x: string): string {
  return call.attribute<string | undefined>('activation') === 'relu' ? call.graph.op('Relu', [x]) : x;
}
