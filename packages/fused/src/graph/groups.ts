// Which nodes share a loop. A map joins the group of a producer whose elements it reads one for one; maps that only one fold
// reads, one for one, are computed inside it and never stored. A group never waits for itself through others.
import { sameShape, type Shape } from '@lamella/program';
import { inputsOf, isWhole, type FoldNode, type MapNode, type Node, type View } from './graph.js';

/** Nodes that are computed. */
export type ComputedNode = Exclude<Node, { kind: 'source' | 'splat' }>;

/** Nodes in one loop: maps and at most one fold, whose results have one shape. A join is alone. */
export interface Group {
  /** In an order in which they can be computed. */
  readonly nodes: ComputedNode[];
  /** Maps computed where the fold reads them. */
  readonly inlined: Set<MapNode>;
}

/** Whether a node has to be computed. */
export function isComputed(node: Node): node is ComputedNode {
  return node.kind !== 'source' && node.kind !== 'splat';
}

/** A shape without axes of size 1. */
export function squeezed(shape: Shape): number[] {
  return shape.filter((size) => size !== 1);
}

/** The fold of a group. */
export function foldOf(group: Group): FoldNode | undefined {
  return group.nodes.find((node) => node.kind === 'fold');
}

/** The computed nodes that `outputs` need, each after those it reads. */
export function computedNodes(outputs: readonly View[]): ComputedNode[] {
  const seen = new Set<Node>();
  const order: ComputedNode[] = [];
  // An explicit stack: Programs may be thousands of nodes deep.
  const stack: { node: Node; isDone: boolean }[] = outputs
    .map(({ node }) => ({ node, isDone: false }))
    .reverse();
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const { node, isDone } = top;
    if (isDone) {
      if (isComputed(node)) order.push(node);
      continue;
    }
    if (seen.has(node)) continue;
    seen.add(node);
    stack.push({ node, isDone: true });
    for (const input of [...inputsOf(node)].reverse()) {
      if (!seen.has(input.node)) stack.push({ node: input.node, isDone: false });
    }
  }
  return order;
}

/** Groups in an order in which they can run; `outputs` are views of nodes that must be stored. */
export function groupNodes(outputs: readonly View[]): Group[] {
  const order = computedNodes(outputs);
  const grouping = new Grouping(order, new Set(outputs.map(({ node }) => node)));
  for (const node of order) if (node.kind === 'fold') grouping.inline(node);
  for (const node of order) if (node.kind === 'map') grouping.join(node);
  return grouping.result();
}

class Grouping {
  private readonly groupOf = new Map<Node, Group>();
  private readonly readers = new Map<Node, number>();

  constructor(
    private readonly order: readonly ComputedNode[],
    private readonly stored: ReadonlySet<Node>,
  ) {
    for (const node of order) {
      this.groupOf.set(node, { nodes: [node], inlined: new Set() });
      for (const { node: input } of inputsOf(node)) {
        this.readers.set(input, (this.readers.get(input) ?? 0) + 1);
      }
    }
  }

  /** Maps that `fold` alone reads, one for one, move into it. */
  inline(fold: FoldNode): void {
    const group = this.groupOf.get(fold)!;
    const visit = (views: readonly View[]): void => {
      for (const { node, shape, ...rest } of views) {
        const isOneForOne = sameShape(shape, node.shape) && isWhole({ node, shape, ...rest });
        if (node.kind !== 'map' || !isOneForOne || this.readers.get(node) !== 1 || this.stored.has(node))
          continue;
        group.inlined.add(node);
        this.groupOf.set(node, group);
        visit(node.inputs);
      }
    };
    visit(fold.inputs);
  }

  /** The group of a map and those of the producers it reads one for one become one, where they can. */
  join(node: MapNode): void {
    for (const { node: producer } of node.inputs) {
      const own = this.groupOf.get(node)!;
      const other = this.groupOf.get(producer);
      if (own.inlined.has(node)) return;
      if (other === undefined || other === own || !this.canShare(own, other)) continue;
      const [into, from] = own.nodes.length >= other.nodes.length ? [own, other] : [other, own];
      for (const moved of from.nodes) this.groupOf.set(moved, into);
      for (const moved of from.inlined) {
        this.groupOf.set(moved, into);
        into.inlined.add(moved);
      }
      into.nodes.push(...from.nodes);
    }
  }

  result(): Group[] {
    const rank = new Map(this.order.map((node, i) => [node, i]));
    const groups = [...new Set(this.order.map((node) => this.groupOf.get(node)!))];
    for (const group of groups) group.nodes.sort((a, b) => rank.get(a)! - rank.get(b)!);
    return sortGroups(groups, (group) => this.producers(group));
  }

  private canShare(a: Group, b: Group): boolean {
    const all = [...a.nodes, ...b.nodes];
    if (all.some(({ kind }) => kind === 'join')) return false;
    if (all.filter(({ kind }) => kind === 'fold').length > 1) return false;
    if (!sameShape(squeezed(a.nodes[0]!.shape), squeezed(b.nodes[0]!.shape))) return false;
    const members = new Set<Node>(all);
    const isDirect = (reader: Node, view: View): boolean =>
      !members.has(view.node) ||
      (reader.kind === 'map' && reader.inputs.includes(view) && isWhole(view) && members.has(reader));
    const readers: Node[] = [...all, ...a.inlined, ...b.inlined];
    if (!readers.every((reader) => inputsOf(reader).every((view) => isDirect(reader, view)))) return false;
    return !this.leads(a, b) && !this.leads(b, a);
  }

  /** Whether `to` needs `from` by way of a third group. */
  private leads(from: Group, to: Group): boolean {
    const seen = new Set<Group>([to]);
    const open = [...this.producers(to)].filter((group) => group !== from);
    for (let group = open.pop(); group !== undefined; group = open.pop()) {
      if (group === from) return true;
      if (seen.has(group)) continue;
      seen.add(group);
      open.push(...this.producers(group));
    }
    return false;
  }

  private producers(group: Group): Set<Group> {
    const found = new Set<Group>();
    for (const node of [...group.nodes, ...group.inlined]) {
      for (const { node: input } of inputsOf(node)) {
        const producer = this.groupOf.get(input);
        if (producer !== undefined && producer !== group) found.add(producer);
      }
    }
    return found;
  }
}

/** Things in an order in which each comes after those it needs, else in the order given. */
export function sortGroups<T>(items: readonly T[], needs: (item: T) => Iterable<T>): T[] {
  const sorted: T[] = [];
  const state = new Map<T, 'open' | 'done'>();
  const visit = (item: T): void => {
    if (state.has(item)) return;
    state.set(item, 'open');
    for (const needed of needs(item)) visit(needed);
    state.set(item, 'done');
    sorted.push(item);
  };
  items.forEach(visit);
  return sorted;
}
