// Scans do for all steps at once what no step waits for: what is the same at each step is computed before the loop, products of
// the sequences and what is done with them element by element too, results and sums that are products of a step's values behind it.
// The numbers are the same but for their last bits: sums are taken in another order. For running, not for files.
import { scanNode, scanParts, stackedType } from '../control-flow/scan-kernel.js';
import { resolveAxes, type AxisParameter } from '../kernel-rules/axes.js';
import { traitsOf } from '../kernels.js';
import {
  scanKernel,
  type Program,
  type ProgramConstant,
  type ProgramNode,
  type ValueId,
  type ValueType,
} from '../program.js';
import { sameShape } from '../shape.js';
import { mapInside } from '../subprograms.js';
import { rewrite, sameType, type Rewriter } from './rewriter.js';

/** The same Program with as little as possible in its scans. */
export function batchOverTime(program: Program): Program {
  return rewrite(mapInside(program, batchOverTime), (node, rewriter) =>
    node.kernel === scanKernel && node.attrs['length'] !== 0
      ? new ScanBatch(node, rewriter).result()
      : undefined,
  );
}

/** What is known of a value of the body outside of it: it is the same at each step, or all steps' values are stacked there. */
interface Outside {
  readonly id: ValueId;
  readonly isStacked: boolean;
}

/** How a result is computed behind the loop, from values of the body, stacked. */
interface Plan {
  readonly needs: readonly ValueId[];
  readonly build: (stackOf: (id: ValueId) => ValueId) => ValueId;
}

class ScanBatch {
  private readonly parts: ReturnType<typeof scanParts<ValueId>>;
  private readonly body: Program;
  private nodes: readonly ProgramNode[];
  private readonly outside = new Map<ValueId, Outside>();
  private readonly literals: ReadonlyMap<ValueId, ProgramConstant>;
  private readonly hoisted = new Set<ValueId>();
  /** Stacks of products as one matrix. */
  private readonly rows = new Map<ValueId, ValueId>();
  private readonly producers: ReadonlyMap<ValueId, ProgramNode>;
  private readonly readers = new Map<ValueId, number>();

  constructor(
    private readonly node: ProgramNode,
    private readonly rewriter: Rewriter,
  ) {
    this.parts = scanParts(node.inputs, node.attrs);
    this.body = node.programs!['body']!;
    this.nodes = this.body.nodes;
    const { carries, sequences, constants } = this.parts;
    const ids = this.body.inputs.map(({ id }) => id).slice(carries.length);
    sequences.forEach((id, i) => this.outside.set(ids[i]!, { id, isStacked: true }));
    constants.forEach((id, i) => this.outside.set(ids[sequences.length + i]!, { id, isStacked: false }));
    this.literals = new Map(this.body.constants.map((constant) => [constant.id, constant]));
    this.producers = new Map(this.nodes.flatMap((inner) => inner.outputs.map((id) => [id, inner] as const)));
  }

  /** What stands in for the node's outputs; undefined where it stays as it is. */
  result(): readonly ValueId[] | undefined {
    this.nodes = this.nodes.filter((node) => !this.hoist(node));
    this.countReaders();
    const plans = this.body.outputs.map((_, i) =>
      i < this.parts.carries.length ? this.planSum(i) : this.planResult(i),
    );
    if (this.hoisted.size === 0 && plans.every((plan) => plan === undefined)) return undefined;
    return this.rebuilt(plans);
  }

  /** Computes a node before the loop, if that can be. */
  private hoist(node: ProgramNode): boolean {
    const ids = Object.values(node.inputs);
    const isOutside = ids.length > 0 && ids.every((id) => this.outside.has(id) || this.literals.has(id));
    if (!isOutside || !ids.some((id) => this.outside.has(id)) || node.programs !== undefined) return false;
    const isStacked = ids.some((id) => this.outside.get(id)?.isStacked);
    const made = !isStacked
      ? this.hoistAsItIs(node)
      : (this.hoistProduct(node) ?? this.hoistElementWise(node));
    if (made === undefined) return false;
    node.outputs.forEach((id, i) => {
      this.outside.set(id, { id: made[i]!, isStacked });
      this.hoisted.add(id);
    });
    return true;
  }

  private hoistAsItIs(node: ProgramNode): ValueId[] {
    const inputs = Object.entries(node.inputs).map(([name, id]) => [name, this.outer(id)]);
    const types = node.outputs.map((id) => this.body.type(id));
    return this.rewriter.addNodes(node, node.kernel, Object.fromEntries(inputs), node.attrs, types);
  }

  /** The products of all elements of a sequence with one matrix. */
  private hoistProduct(node: ProgramNode): ValueId[] | undefined {
    if (!this.isRowProduct(node)) return undefined;
    const { a, b } = node.inputs as { a: ValueId; b: ValueId };
    if (this.outside.get(a)?.isStacked !== true || this.outside.get(b)?.isStacked === true) return undefined;
    return [this.productOfRows(node, this.outside.get(a)!.id)];
  }

  /** What is done with elements alone: the sum with a bias, or most of a gradient, which is made of what the forward scan kept. */
  private hoistElementWise(node: ProgramNode): ValueId[] | undefined {
    const ids = Object.values(node.inputs);
    const { elementWise } = traitsOf(node.kernel);
    if (elementWise !== 'unary' && elementWise !== 'binary') return undefined;
    const type = this.body.type(node.outputs[0]!);
    const fits = ids.every((id) => {
      const { shape } = this.body.type(id);
      return this.outside.get(id)?.isStacked === true
        ? shape.length === type.shape.length
        : shape.length <= type.shape.length;
    });
    if (!fits) return undefined;
    const stacked = stackedType(type, this.parts.length);
    const add = (of: (id: ValueId) => ValueId, result: ValueType): ValueId => {
      const inputs = Object.entries(node.inputs).map(([name, id]) => [name, of(id)]);
      return this.rewriter.addNode(node, node.kernel, Object.fromEntries(inputs), node.attrs, result);
    };
    const flat = ids
      .map((id) => this.rows.get(this.outside.get(id)?.id ?? -1))
      .find((id) => id !== undefined);
    const isRowWise = ids.every(
      (id) => this.rows.has(this.outside.get(id)?.id ?? -1) || this.body.type(id).shape.length <= 1,
    );
    if (flat === undefined || !isRowWise) return [add((id) => this.outer(id), stacked)];
    // Straight on the product, which backends compute with its bias in one.
    const sum = add((id) => this.rows.get(this.outer(id)) ?? this.outer(id), this.rewriter.type(flat));
    return [this.stackOfRows(node, sum, stacked)];
  }

  private stackOfRows(node: ProgramNode, rows: ValueId, type: ValueType): ValueId {
    const stack = this.rewriter.addNode(node, 'Reshape', { x: rows }, { shape: type.shape }, type);
    this.rows.set(stack, rows);
    return stack;
  }

  /** A value that is known outside, there. */
  private outer(id: ValueId): ValueId {
    const known = this.outside.get(id);
    if (known !== undefined) return known.id;
    const made = this.rewriter.addConstant(this.literals.get(id)!.data, this.body.type(id));
    this.outside.set(id, { id: made, isStacked: false });
    return made;
  }

  private countReaders(): void {
    const count = (id: ValueId): void => void this.readers.set(id, (this.readers.get(id) ?? 0) + 1);
    for (const node of this.nodes) Object.values(node.inputs).forEach(count);
    for (const { id } of this.body.outputs) count(id);
  }

  /** A step's result that is a product with one matrix. */
  private planResult(output: number): Plan | undefined {
    const { id } = this.body.outputs[output]!;
    const known = this.outside.get(id);
    if (known?.isStacked === true) return { needs: [], build: () => known.id };
    const node = this.inLoop(id);
    if (node === undefined || !this.isRowProduct(node) || this.readers.get(id) !== 1) return undefined;
    const { a, b } = node.inputs as { a: ValueId; b: ValueId };
    if (!this.isSame(b) || this.isSame(a)) return undefined;
    return { needs: [a], build: (stackOf) => this.productOfRows(node, stackOf(a)) };
  }

  /** A carry to which each step adds something that does not depend on it. */
  private planSum(carry: number): Plan | undefined {
    const before = this.body.inputs[carry]!.id;
    const { id } = this.body.outputs[carry]!;
    const node = this.inLoop(id);
    if (node?.kernel !== 'Add' || this.readers.get(before) !== 1 || this.readers.get(id) !== 1)
      return undefined;
    const { a, b } = node.inputs as { a: ValueId; b: ValueId };
    const added = a === before ? b : b === before ? a : undefined;
    const type = this.body.type(id);
    if (added === undefined || !sameType(this.body.type(added), type)) return undefined;
    const sum = this.planAdded(added);
    if (sum === undefined) return undefined;
    const start = this.parts.carries[carry]!;
    return {
      needs: sum.needs,
      build: (stackOf) =>
        this.rewriter.addNode(this.node, 'Add', { a: start, b: sum.build(stackOf) }, {}, type),
    };
  }

  /** The sum of a value over all steps. */
  private planAdded(id: ValueId): Plan | undefined {
    const node = this.inLoop(id);
    const type = this.body.type(id);
    if (node === undefined || this.readers.get(id) !== 1 || type.dtype !== 'float32') return undefined;
    const moved = (plan: Plan | undefined, input: string): Plan | undefined =>
      plan && {
        needs: plan.needs,
        build: (stackOf) =>
          this.rewriter.addNode(node, node.kernel, { [input]: plan.build(stackOf) }, node.attrs, type),
      };
    switch (node.kernel) {
      case 'BatchMatMul':
        return this.planProducts(node);
      case 'Sum':
        return this.planReduced(node);
      case 'Reshape':
      case 'Transpose':
      case 'Neg':
        return moved(this.planAdded(node.inputs['x']!), 'x');
      case 'PadV2':
        return node.attrs['constantValue'] === 0 ? moved(this.planAdded(node.inputs['x']!), 'x') : undefined;
      case 'Add': {
        const [a, b] = [node.inputs['a']!, node.inputs['b']!];
        const isWhole = [a, b].every((input) => sameType(this.body.type(input), type));
        const [p, q] = isWhole ? [this.planAdded(a), this.planAdded(b)] : [];
        if (p === undefined || q === undefined) return undefined;
        return {
          needs: [...p.needs, ...q.needs],
          build: (stackOf) =>
            this.rewriter.addNode(node, 'Add', { a: p.build(stackOf), b: q.build(stackOf) }, {}, type),
        };
      }
      default:
        return undefined;
    }
  }

  /** A sum of products is one product of what is multiplied, put end to end. */
  private planProducts(node: ProgramNode): Plan | undefined {
    const { a, b } = node.inputs as { a: ValueId; b: ValueId };
    if (!this.isFlat(node) || this.isSame(a) || this.isSame(b)) return undefined;
    const type = this.body.type(node.outputs[0]!);
    const rows = (x: ValueId, id: ValueId, isTurned: boolean): ValueId => {
      const [steps, m, n] = this.rewriter.type(x).shape as [number, number, number];
      const { dtype } = this.body.type(id);
      const turned = isTurned
        ? this.rewriter.addNode(
            node,
            'Transpose',
            { x },
            { perm: [0, 2, 1] },
            { shape: [steps, n, m], dtype },
          )
        : x;
      const shape = isTurned ? [steps * n, m] : [steps * m, n];
      return this.rewriter.addNode(node, 'Reshape', { x: turned }, { shape }, { shape, dtype });
    };
    return {
      needs: [a, b],
      build: (stackOf) =>
        this.rewriter.addNode(
          node,
          'BatchMatMul',
          {
            a: rows(stackOf(a), a, node.attrs['transposeA'] !== true),
            b: rows(stackOf(b), b, node.attrs['transposeB'] === true),
          },
          { transposeA: true, transposeB: false },
          type,
        ),
    };
  }

  private planReduced(node: ProgramNode): Plan | undefined {
    const x = node.inputs['x']!;
    const { shape, dtype } = this.body.type(x);
    const type = this.body.type(node.outputs[0]!);
    if (this.isSame(x) || dtype !== type.dtype) return undefined;
    const axes = resolveAxes(node.kernel, node.attrs['axis'] as AxisParameter, shape);
    const axis = [0, ...axes.map((each) => each + 1)];
    const reduced = { shape: shape.filter((_, i) => !axes.includes(i)), dtype };
    return {
      needs: [x],
      build: (stackOf) => {
        const sum = this.rewriter.addNode(node, 'Sum', { x: stackOf(x) }, { axis, keepDims: false }, reduced);
        if (sameShape(reduced.shape, type.shape)) return sum;
        return this.rewriter.addNode(node, 'Reshape', { x: sum }, { shape: type.shape }, type);
      },
    };
  }

  private productOfRows(node: ProgramNode, stack: ValueId): ValueId {
    const { rewriter } = this;
    const [steps, m, k] = rewriter.type(stack).shape as [number, number, number];
    const type = this.body.type(node.outputs[0]!);
    const { dtype } = type;
    const rows = [steps * m, k];
    const a = rewriter.addNode(node, 'Reshape', { x: stack }, { shape: rows }, { shape: rows, dtype });
    const flat = { shape: [steps * m, type.shape[1]!], dtype };
    const product = rewriter.addNode(
      node,
      'BatchMatMul',
      { a, b: this.outer(node.inputs['b']!) },
      node.attrs,
      flat,
    );
    return this.stackOfRows(node, product, stackedType(type, steps));
  }

  private rebuilt(plans: readonly (Plan | undefined)[]): ValueId[] {
    const { parts, rewriter, body } = this;
    const keptCarries = parts.carries.map((_, i) => i).filter((i) => plans[i] === undefined);
    const keptResults = plans.flatMap((plan, i) =>
      plan === undefined && i >= parts.carries.length ? [i] : [],
    );
    const stacked = [...new Set(plans.flatMap((plan) => plan?.needs ?? []))].filter(
      (id) => this.outside.get(id)?.isStacked !== true,
    );
    const outputs = [
      ...[...keptCarries, ...keptResults].map((i) => body.outputs[i]!),
      ...stacked.map((id, i) => ({ id, name: `stacked_${i}` })),
    ];
    const read = new Set([
      ...this.nodes.flatMap((node) => Object.values(node.inputs)),
      ...outputs.map(({ id }) => id),
    ]);
    const known = [...this.outside].filter(([id]) => read.has(id));
    const elements = known.filter(([, { isStacked }]) => isStacked);
    const constants = known.filter(([, { isStacked }]) => !isStacked);
    const ids = [
      ...keptCarries.map((i) => body.inputs[i]!.id),
      ...elements.map(([id]) => id),
      ...constants.map(([id]) => id),
    ];
    const inner = body.with({
      inputs: ids.map((id, i) => ({ id, name: `input_${i}`, kind: 'argument' as const })),
      constants: body.constants.filter(({ id }) => !this.outside.has(id)),
      nodes: this.nodes,
      outputs,
    });
    const { inputs, attrs } = scanNode({
      ...parts,
      carries: keptCarries.map((i) => parts.carries[i]!),
      sequences: elements.map(([, { id }]) => id),
      constants: constants.map(([, { id }]) => id),
    });
    const types = outputs.map(({ id }, i): ValueType => {
      const type = body.type(id);
      return i < keptCarries.length ? type : stackedType(type, parts.length);
    });
    const made =
      outputs.length === 0
        ? []
        : rewriter.addNodes(this.node, scanKernel, inputs, attrs, types, { body: inner });
    const stackOf = (id: ValueId): ValueId =>
      this.outside.get(id)?.isStacked === true
        ? this.outside.get(id)!.id
        : made[keptCarries.length + keptResults.length + stacked.indexOf(id)]!;
    const kept = [...keptCarries, ...keptResults];
    return plans.map((plan, i) => plan?.build(stackOf) ?? made[kept.indexOf(i)]!);
  }

  /** The node of the loop that gives a value. */
  private inLoop(id: ValueId): ProgramNode | undefined {
    return this.outside.has(id) ? undefined : this.producers.get(id);
  }

  /** Whether a value is the same at each step. */
  private isSame(id: ValueId): boolean {
    return this.literals.has(id) || this.outside.get(id)?.isStacked === false;
  }

  /** Whether a node multiplies two matrices. */
  private isFlat({ kernel, inputs, outputs }: ProgramNode): boolean {
    const rank = (id: ValueId): number => this.body.type(id).shape.length;
    return (
      kernel === 'BatchMatMul' &&
      rank(inputs['a']!) === 2 &&
      rank(inputs['b']!) === 2 &&
      rank(outputs[0]!) === 2
    );
  }

  /** Whether it does so row by row of the first. */
  private isRowProduct(node: ProgramNode): boolean {
    return this.isFlat(node) && node.attrs['transposeA'] !== true;
  }
}
