// What passes that look at one node at a time have in common: they walk a Program in order and say, node by node, which
// values stand in for its outputs. Not here: which rewrites there are (the files beside this one).
import type { DType } from '../dtype.js';
import { findKernel } from '../kernels.js';
import {
  type Program,
  type Attributes,
  type ConstantData,
  type ProgramConstant,
  type ProgramNode,
  type ValueId,
  type ValueType,
} from '../program.js';
import { sameShape, sizeOf } from '../shape.js';

/** Gives the values that replace the outputs of `node`, or undefined to keep it. The node's inputs are already replaced. */
export type NodeRewrite = (node: ProgramNode, rewriter: Rewriter) => readonly ValueId[] | undefined;

/** Walks `program` once. Gives the very same Program when nothing was replaced. */
export function rewrite(program: Program, rule: NodeRewrite): Program {
  const rewriter = new Rewriter(program);
  for (const node of program.nodes) rewriter.take(node, rule);
  return rewriter.finish();
}

/** A Program under construction, from the one that is walked. Values keep their numbers; new ones follow. */
export class Rewriter {
  private readonly values: ValueType[];
  private readonly constants: ProgramConstant[];
  private readonly data = new Map<ValueId, ConstantData>();
  private readonly nodes: ProgramNode[] = [];
  private readonly producers = new Map<ValueId, ProgramNode>();
  private readonly replaced = new Map<ValueId, ValueId>();

  constructor(private readonly program: Program) {
    this.values = [...program.values];
    this.constants = [...program.constants];
    for (const { id, data } of program.constants) this.data.set(id, data);
  }

  type(id: ValueId): ValueType {
    return this.values[id]!;
  }

  /** The data of a constant. */
  constant(id: ValueId): ConstantData | undefined {
    return this.data.get(id);
  }

  /** The node that gives a value, as it is after rewriting. */
  producer(id: ValueId): ProgramNode | undefined {
    return this.producers.get(id);
  }

  /** The number that every element of a value is known to be. */
  splat(id: ValueId): number | undefined {
    const data = this.data.get(id);
    if (data !== undefined) return splatOf(data);
    const node = this.producers.get(id);
    if (node === undefined || sizeOf(this.type(id).shape) === 0) return undefined;
    const { dtype } = this.type(id);
    // Nothing is known of how other floats round.
    if (!isFolded(dtype)) return undefined;
    return findKernel(node.kernel)?.splat?.(node.attrs, dtype);
  }

  addConstant(data: ConstantData, type: ValueType): ValueId {
    const id = this.addValue(type);
    this.constants.push({ id, data });
    this.data.set(id, data);
    return id;
  }

  /** A node in the place and the scope of `origin`. */
  addNode(
    origin: ProgramNode,
    kernel: string,
    inputs: Readonly<Record<string, ValueId>>,
    attrs: Attributes,
    type: ValueType,
  ): ValueId {
    return this.addNodes(origin, kernel, inputs, attrs, [type])[0]!;
  }

  /** The same for a node with several outputs, or one that holds Programs. */
  addNodes(
    origin: ProgramNode,
    kernel: string,
    inputs: Readonly<Record<string, ValueId>>,
    attrs: Attributes,
    types: readonly ValueType[],
    programs?: Readonly<Record<string, Program>>,
  ): ValueId[] {
    const outputs = types.map((type) => this.addValue(type));
    this.keep({ kernel, inputs, attrs, outputs, scope: origin.scope, ...(programs && { programs }) });
    return outputs;
  }

  /** Puts `node` through `rule` and keeps or replaces it. */
  take(node: ProgramNode, rule: NodeRewrite): void {
    const current = this.withInputs(node);
    const results = rule(current, this);
    if (results === undefined) {
      this.keep(current);
      return;
    }
    node.outputs.forEach((id, i) => this.replaced.set(id, results[i]!));
  }

  finish(): Program {
    if (this.replaced.size === 0) return this.program;
    return this.program.with({
      values: this.values,
      constants: this.constants,
      nodes: this.nodes,
      outputs: this.program.outputs.map((output) => ({ ...output, id: this.current(output.id) })),
    });
  }

  private current(id: ValueId): ValueId {
    return this.replaced.get(id) ?? id;
  }

  private withInputs(node: ProgramNode): ProgramNode {
    let changed = false;
    const inputs: Record<string, ValueId> = {};
    for (const [name, id] of Object.entries(node.inputs)) {
      inputs[name] = this.current(id);
      if (inputs[name] !== id) changed = true;
    }
    return changed ? { ...node, inputs } : node;
  }

  private keep(node: ProgramNode): void {
    this.nodes.push(node);
    for (const id of node.outputs) this.producers.set(id, node);
  }

  private addValue(type: ValueType): ValueId {
    this.values.push(type);
    return this.values.length - 1;
  }
}

/** Whether values of a dtype are computed beforehand where they are known. */
export function isFolded(dtype: DType): boolean {
  return dtype === 'float32' || dtype === 'int32' || dtype === 'bool';
}

/** Whether two types are equal. */
export function sameType(a: ValueType, b: ValueType): boolean {
  return a.dtype === b.dtype && sameShape(a.shape, b.shape);
}

const splats = new WeakMap<object, number | null>();

/** The number that all elements of `data` are, or undefined. A zero of the other sign is another number. */
export function splatOf(data: ConstantData): number | undefined {
  const known = splats.get(data);
  if (known !== undefined) return known ?? undefined;
  const first = data[0];
  const isSplat =
    typeof first === 'number' && (data as readonly unknown[]).every((value) => Object.is(value, first));
  splats.set(data, isSplat ? first : null);
  return isSplat ? first : undefined;
}
