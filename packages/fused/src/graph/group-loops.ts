// A group of nodes as loops: its instructions, and where it reads and writes. Not here: which nodes make a group.
import { sizeOf, type DType, type Shape } from '@lamella/program';
import { collapse } from '../loop/collapse.js';
import { Lanes, type Value } from '../loop/lanes.js';
import type { Access, BufferId, Element, Loop, Store } from '../loop/loop.js';
import {
  rowMajor,
  type FoldNode,
  type JoinNode,
  type MapNode,
  type Node,
  type Table,
  type View,
} from './graph.js';
import { foldOf, squeezed, type Group } from './groups.js';

/** Where the elements of nodes lie; undefined where a node's are not stored. */
export type BufferOf = (node: Node) => BufferId | undefined;

/** The loops of a group, in order: one, but for joins; none where there are no elements. */
export function groupLoops(group: Group, bufferOf: BufferOf): Loop[] {
  const first = group.nodes[0]!;
  if (sizeOf(first.shape) === 0) return [];
  if (first.kind === 'join') return joinLoops(first, bufferOf);
  return [collapse(new LoopWriter(group, bufferOf).loop())];
}

/** How the elements of a computed node lie. */
export function elementOf(dtype: DType): Element {
  return dtype === 'float32' || dtype === 'bool' ? dtype : 'int32';
}

/** For each axis of a node or a domain, the axis of the loop; undefined for axes of size 1. */
type AxisMap = readonly (number | undefined)[];

class LoopWriter {
  private readonly l = new Lanes();
  private readonly fold: FoldNode | undefined;
  private readonly sizes: number[];
  private readonly domainAxes: AxisMap;
  private readonly values = new Map<Node, Value>();
  private readonly members: ReadonlySet<Node>;

  constructor(
    private readonly group: Group,
    private readonly bufferOf: BufferOf,
  ) {
    this.members = new Set(group.nodes);
    this.fold = foldOf(group);
    const kept = squeezed(group.nodes[0]!.shape);
    const { domain = [], axes = [] } = this.fold ?? {};
    let nextKept = 0;
    let nextFolded = kept.length;
    this.domainAxes = domain.map((size, axis) => {
      if (size === 1) return undefined;
      return axes.includes(axis) ? nextFolded++ : nextKept++;
    });
    const folded = domain.filter((size, axis) => size !== 1 && axes.includes(axis));
    this.sizes = [...kept, ...folded];
  }

  loop(): Loop {
    const stores: Store[] = [];
    for (const node of this.group.nodes) {
      const value = this.value(node as FoldNode | MapNode);
      const buffer = this.bufferOf(node);
      if (buffer === undefined) continue;
      const strides = this.strides(rowMajor(node.shape), this.resultAxes(node.shape));
      stores.push({
        access: { buffer, element: elementOf(node.dtype), offset: 0, strides },
        value: value.id,
      });
    }
    const folded = this.sizes.length - squeezed(this.group.nodes[0]!.shape).length;
    const innermost = this.domainAxes.findLast((axis) => axis !== undefined);
    if (this.sizes.length === 0) {
      return { ...this.parts(stores), sizes: [1], folded: 0, vector: 0 };
    }
    const lastKept = this.sizes.length - folded - 1;
    const vector = this.fold === undefined || innermost === undefined ? lastKept : innermost;
    return { ...this.parts(stores), sizes: this.sizes, folded, vector };
  }

  /** Where there is no axis, one of size 1 is added. */
  private parts(stores: Store[]): Pick<Loop, 'instructions' | 'stores'> {
    return { instructions: this.l.instructions, stores };
  }

  private value(node: FoldNode | MapNode): Value {
    const known = this.values.get(node);
    if (known !== undefined) return known;
    const value =
      node.kind === 'fold' ? this.folded(node) : this.mapped(node, this.resultAxes(node.shape), this.members);
    this.values.set(node, value);
    return value;
  }

  private folded(node: FoldNode): Value {
    const inputs = node.inputs.map((view) => this.read(view, this.domainAxes, this.group.inlined));
    const body = node.body(this.l, inputs, this.position(this.domainAxes, []));
    return node.finish(this.l, this.l.fold(node.fold, body));
  }

  private mapped(node: MapNode, axes: AxisMap, siblings: ReadonlySet<Node>): Value {
    const inputs = node.inputs.map((view) => this.read(view, axes, siblings));
    return node.body(this.l, inputs, this.position(axes, node.tables));
  }

  private read(view: View, axes: AxisMap, siblings: ReadonlySet<Node>): Value {
    const { node } = view;
    if (node.kind === 'splat') return this.l.to(node.dtype, this.l.f64(node.value));
    if (siblings.has(node)) {
      return siblings === this.members
        ? this.value(node as MapNode)
        : this.mapped(node as MapNode, axes, siblings);
    }
    return this.converted(this.l.load(this.access(view, axes)), node);
  }

  /** Narrow integers become int32 as they are loaded; float32 kept as another dtype does not occur. */
  private converted(value: Value, node: Node): Value {
    return this.l.to(node.dtype, value);
  }

  private access({ node, offset, strides }: View, axes: AxisMap): Access {
    const element = node.kind === 'source' ? node.element : elementOf(node.dtype);
    return { buffer: this.bufferOf(node)!, element, offset, strides: this.strides(strides, axes) };
  }

  private position(axes: AxisMap, tables: readonly Table[]): Parameters<MapNode['body']>[2] {
    return {
      index: (axis) => {
        const own = axes[axis];
        return own === undefined
          ? this.l.i32(0)
          : this.l.index(
              0,
              this.loopAxes().map((_, i) => (i === own ? 1 : 0)),
            );
      },
      lookUp: (table, index) => {
        const { view, stride } = tables[table]!;
        return this.converted(this.l.gather(this.access(view, axes), index, stride), view.node);
      },
    };
  }

  private strides(strides: readonly number[], axes: AxisMap): number[] {
    const result = this.loopAxes().map(() => 0);
    axes.forEach((own, axis) => {
      if (own !== undefined) result[own] = strides[axis]!;
    });
    return result;
  }

  private loopAxes(): readonly number[] {
    return this.sizes.length === 0 ? [1] : this.sizes;
  }

  private resultAxes(shape: Shape): AxisMap {
    let next = 0;
    return shape.map((size) => (size === 1 ? undefined : next++));
  }
}

function joinLoops(node: JoinNode, bufferOf: BufferOf): Loop[] {
  const buffer = bufferOf(node)!;
  const element = elementOf(node.dtype);
  const write = (
    shape: Shape,
    offset: number,
    strides: readonly number[],
    read: (l: Lanes) => Value,
  ): Loop => {
    const l = new Lanes();
    const value = l.to(node.dtype, read(l));
    const store = { access: { buffer, element, offset, strides }, value: value.id };
    return collapse({
      sizes: shape,
      folded: 0,
      vector: shape.length - 1,
      instructions: l.instructions,
      stores: [store],
    });
  };
  const loops: Loop[] = [];
  if (node.filling !== undefined) {
    const { filling } = node;
    loops.push(write([sizeOf(node.shape)], 0, [1], (l) => l.f64(filling)));
  }
  const target = rowMajor(node.shape);
  for (const { view, offset } of node.parts) {
    if (sizeOf(view.shape) === 0) continue;
    const axes = view.shape.flatMap((size, axis) => (size === 1 ? [] : [axis]));
    const of = (list: readonly number[], scalar: number): number[] =>
      axes.length === 0 ? [scalar] : axes.map((axis) => list[axis]!);
    const source = view.node;
    loops.push(
      write(of(view.shape, 1), offset, of(target, 0), (l) => {
        if (source.kind === 'splat') return l.f64(source.value);
        const from = source.kind === 'source' ? source.element : elementOf(source.dtype);
        return l.load({
          buffer: bufferOf(source)!,
          element: from,
          offset: view.offset,
          strides: of(view.strides, 0),
        });
      }),
    );
  }
  return loops;
}
