// The Program: a small, typed, pure data-flow graph of tfjs kernels. Immutable; every shape in it is concrete.
// Not here: making one (capture.ts), changing one (passes/), running one (replay.ts and the backends), files (template/).
import { isFloatDType, type DType, type FloatDType, type NumberDType, type TypedArray } from './dtype.js';
import { printable } from './printable.js';
import { formatShape, type Shape } from './shape.js';

/** The number of a value in its Program: an index into {@link Program.values}. */
export type ValueId = number;

/** What is known of a value before it is computed. */
export interface ValueType {
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Which random numbers an input holds; see random-streams.ts. */
export interface RandomSpec {
  /** `uniform` in [0, 1), standard `normal`, standard `truncatedNormal` cut at two deviations, or raw 32-bit `bits`. */
  readonly distribution: 'uniform' | 'normal' | 'truncatedNormal' | 'bits';
  /** The stream's name: the path of the layer that draws, and which of its draws this is. */
  readonly stream: string;
  /** A seed of the stream's own, in place of the model's. */
  readonly seed?: number;
}

/** A value that comes from outside. */
export interface ProgramInput {
  readonly id: ValueId;
  readonly name: string;
  /** An `argument` of the captured function, the `state` of a weight, or a block of `random` numbers. */
  readonly kind: 'argument' | 'state' | 'random';
  /** How the value lies in host memory, where that is narrower than its dtype (uint8 images). */
  readonly storage?: NumberDType;
  /** Present when `kind` is `random`. */
  readonly random?: RandomSpec;
}

/** The values of a constant; strings for tfjs' string dtype. */
export type ConstantData = TypedArray | readonly string[];

export interface ProgramConstant {
  readonly id: ValueId;
  readonly data: ConstantData;
}

/** A kernel's attribute: JSON, with NaN and infinities allowed. */
export type Attribute =
  number | boolean | string | null | readonly Attribute[] | { readonly [key: string]: Attribute };
export type Attributes = Readonly<Record<string, Attribute>>;

/** One call of a kernel. Inputs carry tfjs' own names (`a`, `b`, `x`, ...); list inputs are named `0`, `1`, ... in order. */
export interface ProgramNode {
  readonly kernel: string;
  readonly inputs: Readonly<Record<string, ValueId>>;
  readonly attrs: Attributes;
  readonly outputs: readonly ValueId[];
  /** Where it was written: the path of layers, for errors; empty outside any. */
  readonly scope: string;
  /** The Programs this node holds, which subprograms.ts knows by the node's kernel. */
  readonly programs?: Readonly<Record<string, Program>>;
}

/** The dtype that a node computes its floats in. `values`: the types of the Program's values. */
export function floatOf(
  { inputs, outputs }: Pick<ProgramNode, 'inputs' | 'outputs'>,
  values: readonly ValueType[],
): FloatDType {
  const found = [...outputs, ...Object.values(inputs)]
    .map((id) => values[id]!.dtype)
    .find((dtype) => isFloatDType(dtype));
  return (found as FloatDType | undefined) ?? 'float32';
}

export interface ProgramOutput {
  readonly id: ValueId;
  readonly name: string;
}

/** Declares that an output is the new value of a state input: indices into `outputs` and `inputs`. */
export interface ProgramUpdate {
  readonly output: number;
  readonly input: number;
}

/**
 * The node kept for `tf.customGrad`: forward it is the identity of its input `value`. Its Program `gradient` takes the
 * gradient of the output, then the inputs named `0`, `1`, ... in order, and gives the gradients of the first `arity` of
 * them (attribute); nothing flows back through `value`.
 */
export const customGradientKernel = 'CustomGradient';

/** Applies the Program `body` to one step after the other; see control-flow/scan-kernel.ts. */
export const scanKernel = 'Scan';

/** Applies the Program `body` for as long as `condition` gives true; see control-flow/while-kernel.ts. */
export const whileKernel = 'While';

/** Applies the Program `then` or `otherwise`; see control-flow/cond-kernel.ts. */
export const condKernel = 'Cond';

/**
 * Rounds float32 numbers to those that its attribute `dtype` has: `float16` or `bfloat16`. How backends of float32 compute in
 * narrower dtypes; see passes/emulate-dtypes.ts.
 */
export const roundKernel = 'RoundTo';

export interface ProgramParts {
  readonly values: readonly ValueType[];
  readonly inputs: readonly ProgramInput[];
  readonly constants: readonly ProgramConstant[];
  /** In an order in which they can run. */
  readonly nodes: readonly ProgramNode[];
  readonly outputs: readonly ProgramOutput[];
  readonly updates?: readonly ProgramUpdate[];
}

/** A pure data-flow graph of tfjs kernels; see the head of this file. */
export class Program implements ProgramParts {
  readonly values: readonly ValueType[];
  readonly inputs: readonly ProgramInput[];
  readonly constants: readonly ProgramConstant[];
  readonly nodes: readonly ProgramNode[];
  readonly outputs: readonly ProgramOutput[];
  readonly updates: readonly ProgramUpdate[];

  constructor(parts: ProgramParts) {
    this.values = parts.values;
    this.inputs = parts.inputs;
    this.constants = parts.constants;
    this.nodes = parts.nodes;
    this.outputs = parts.outputs;
    this.updates = parts.updates ?? [];
  }

  /** The shape and dtype of a value. */
  type(id: ValueId): ValueType {
    return this.values[id]!;
  }

  /** The same Program with some of its parts replaced. */
  with(parts: Partial<ProgramParts>): Program {
    return new Program({ ...this, ...parts });
  }

  /** A listing, one line a node, e.g. `%3 = Add(a: %1, b: %2) : float32[32, 10]`. */
  toString(): string {
    return listing(this);
  }
}

/** For people, and for differences between two Programs. Not a format: nothing parses it. */
function listing(program: Program): string {
  const ref = (id: ValueId): string => `%${id}`;
  const typed = (id: ValueId): string => `${ref(id)}: ${printType(program.values[id]!)}`;
  const lines = [
    `program(${program.inputs.map((input) => `${typed(input.id)} ${input.kind} "${printable(input.name)}"`).join(', ')})`,
  ];
  for (const constant of program.constants) {
    lines.push(`  ${typed(constant.id)} = constant ${printConstant(constant)}`);
  }
  let scope = '';
  for (const node of program.nodes) {
    if (node.scope !== scope) {
      scope = node.scope;
      lines.push(`  # ${printable(scope)}`);
    }
    lines.push(`  ${node.outputs.map(typed).join(', ')} = ${printCall(node)}`);
    for (const [name, inner] of Object.entries(node.programs ?? {})) {
      lines.push(`    ${name} = ${listing(inner).replaceAll('\n', '\n    ')}`);
    }
  }
  const outputs = program.outputs.map((output, i) => {
    const update = program.updates.find((u) => u.output === i);
    const replaces = update === undefined ? '' : ` -> ${ref(program.inputs[update.input]!.id)}`;
    return `${ref(output.id)} "${printable(output.name)}"${replaces}`;
  });
  return [...lines, `  return ${outputs.join(', ')}`].join('\n');
}

function printType(type: ValueType): string {
  return `${type.dtype}${formatShape(type.shape)}`;
}

function printConstant(constant: ProgramConstant): string {
  const shown = [...constant.data.slice(0, 6)].map((v) =>
    typeof v === 'string' ? JSON.stringify(v) : String(v),
  );
  return `{${shown.join(', ')}${constant.data.length > 6 ? `, … ${constant.data.length} in all` : ''}}`;
}

function printCall(node: ProgramNode): string {
  const inputs = Object.entries(node.inputs).map(([name, id]) => `${name}: %${id}`);
  const attrs = Object.entries(node.attrs).map(([name, value]) => `${name}=${printAttribute(value)}`);
  return `${node.kernel}(${[...inputs, ...attrs].join(', ')})`;
}

function printAttribute(value: Attribute): string {
  if (Array.isArray(value)) return `[${value.map(printAttribute).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([k, v]) => `${k}: ${printAttribute(v)}`)
      .join(', ')}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
