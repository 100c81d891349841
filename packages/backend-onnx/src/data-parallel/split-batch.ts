// A Program as several runs of a smaller one, each on a share of the batch: several threads then run whole graphs of their own,
// rather than to wait for each other after every operator, and also where ONNX Runtime gives an operator only one.
// Not here: running them (split-graph-part.ts), or what a kernel does with a share (split-rules.ts).
import {
  sizeOf,
  traitsOf,
  type Attributes,
  type Program,
  type ProgramConstant,
  type ProgramNode,
  type Shape,
  type ValueId,
  type ValueType,
} from '@lamella/program';
import { shareOf, splitCall, type Placement, type SplitCall } from './split-rules.js';

export interface BatchSplit {
  readonly shares: number;
  /** What one share computes; its inputs and outputs are those of the whole, in their order. */
  readonly program: Program;
  readonly inputs: readonly Placement[];
  readonly outputs: readonly Placement[];
}

/** More threads than these share the work of single operators. */
const mostShares = 4;
const fewestRows = 8;

/**
 * The split of a graph that so many threads run faster, which convolutions and pooling gain by: ONNX Runtime moves their data
 * about by one thread. Matrix products by themselves do as well by operators that use all threads.
 */
export function splitForThreads(program: Program, threads: number): BatchSplit | undefined {
  if (!program.nodes.some(({ kernel }) => traitsOf(kernel).slides !== undefined)) return undefined;
  const rows = batchOf(program);
  for (let shares = Math.min(threads, mostShares); shares > 1; shares--)
    if (rows % shares === 0 && rows / shares >= fewestRows) return splitBatch(program, shares);
  return undefined;
}

/**
 * `program` on one of `shares` equal shares of the batch, which is axis 0 of its first argument, and of every other argument
 * and random input of that length. Undefined where a share cannot compute its part by itself, or the batch cannot be so divided.
 */
export function splitBatch(program: Program, shares: number): BatchSplit | undefined {
  const batch = batchOf(program);
  return batch > 0 && batch % shares === 0 ? new BatchSplitter(program, shares, batch).split() : undefined;
}

/** The rows of the first argument; 0 where there is none. */
export function batchOf(program: Program): number {
  const first = program.inputs.find(({ kind }) => kind === 'argument');
  return first === undefined ? 0 : (program.type(first.id).shape[0] ?? 0);
}

class BatchSplitter {
  private readonly values: ValueType[];
  private readonly constants: ProgramConstant[];
  private readonly nodes: ProgramNode[] = [];
  /** Those that are not `all`. */
  private readonly placements = new Map<ValueId, Placement>();

  constructor(
    private readonly program: Program,
    private readonly shares: number,
    private readonly batch: number,
  ) {
    this.values = [...program.values];
    this.constants = [...program.constants];
  }

  split(): BatchSplit | undefined {
    const { program, shares } = this;
    for (const { id, kind } of program.inputs)
      if (kind !== 'state' && program.type(id).shape[0] === this.batch) this.place(id, 'rows');
    for (const node of program.nodes) if (!this.take(node)) return undefined;
    return {
      shares,
      program: program.with({ values: this.values, constants: this.constants, nodes: this.nodes }),
      inputs: program.inputs.map(({ id }) => this.placementOf(id)),
      outputs: program.outputs.map(({ id }) => this.placementOf(id)),
    };
  }

  /** Adds the share's form of a node; false where there is none. */
  private take(node: ProgramNode): boolean {
    if (Object.values(node.inputs).every((id) => this.placementOf(id) === 'all')) {
      this.nodes.push(node);
      return true;
    }
    const inputs = { ...node.inputs };
    const result = splitCall(this.callOf(node, inputs));
    if (result === undefined) return false;
    const [output] = node.outputs as [ValueId];
    const own = withAttrs({ ...node, inputs }, result.attrs);
    if (result.scale === undefined) this.nodes.push(own);
    else this.pushScaled(own, output, result.scale);
    this.place(output, result.placement);
    return true;
  }

  private callOf(node: ProgramNode, inputs: Record<string, ValueId>): SplitCall {
    const { program, shares } = this;
    return {
      node,
      shares,
      shape: program.type(node.outputs[0]!).shape,
      inputShape: (name) => program.type(node.inputs[name]!).shape,
      placement: (name) => this.placementOf(node.inputs[name]!),
      cutUniform: (name) => {
        const cut = this.cutUniform(node.inputs[name]!);
        if (cut !== undefined) inputs[name] = cut;
        return cut !== undefined;
      },
    };
  }

  private pushScaled(node: ProgramNode, output: ValueId, scale: number): void {
    const type = this.values[output]!;
    const result = this.addValue(type);
    const factor = this.addValue({ shape: [], dtype: 'float32' });
    this.constants.push({ id: factor, data: Float32Array.of(scale) });
    const { scope } = node;
    this.nodes.push(
      { ...node, outputs: [result] },
      { kernel: 'Multiply', inputs: { a: result, b: factor }, attrs: {}, outputs: [output], scope },
    );
  }

  /** The part that each share has of a value that is the same along the batch, as far as that can be told from its making. */
  private cutUniform(id: ValueId): ValueId | undefined {
    const { shape, dtype } = this.program.type(id);
    const share: Shape = shareOf(shape, this.shares);
    const data = this.program.constants.find((constant) => constant.id === id)?.data;
    if (data !== undefined) {
      if (!(data as readonly unknown[]).every((value) => value === data[0])) return undefined;
      const cut = this.addValue({ shape: share, dtype });
      this.constants.push({ id: cut, data: data.slice(0, sizeOf(share)) });
      return cut;
    }
    const made = this.program.nodes.find(({ outputs }) => outputs[0] === id);
    const node = made?.kernel === 'Fill' ? withAttrs(made, { shape: share }) : made && this.cutNode(made);
    if (node === undefined) return undefined;
    const cut = this.addValue({ shape: share, dtype });
    this.nodes.push({ ...node, outputs: [cut] });
    return cut;
  }

  /** A node whose inputs are the same in each share, with what is as long as the batch among them cut. */
  private cutNode(node: ProgramNode): ProgramNode | undefined {
    const inputs = { ...node.inputs };
    const names = Object.keys(inputs).filter(
      (name) => this.program.type(inputs[name]!).shape[0] === this.batch,
    );
    for (const name of names) {
      const cut = this.cutUniform(inputs[name]!);
      if (cut === undefined) return undefined;
      inputs[name] = cut;
    }
    const placement = (name: string): Placement => (names.includes(name) ? 'rows' : 'all');
    const result = names.length > 0 ? splitCall({ ...this.callOf(node, inputs), placement }) : undefined;
    return result?.placement === 'rows' ? withAttrs({ ...node, inputs }, result.attrs) : undefined;
  }

  private placementOf(id: ValueId): Placement {
    return this.placements.get(id) ?? 'all';
  }

  private place(id: ValueId, placement: Placement): void {
    this.placements.set(id, placement);
    const { shape, dtype } = this.values[id]!;
    if (placement === 'rows') this.values[id] = { shape: shareOf(shape, this.shares), dtype };
  }

  private addValue(type: ValueType): ValueId {
    return this.values.push(type) - 1;
  }
}

function withAttrs(node: ProgramNode, attrs: Attributes = {}): ProgramNode {
  return { ...node, attrs: { ...node.attrs, ...attrs } };
}
