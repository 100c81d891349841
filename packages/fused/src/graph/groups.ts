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

/**
 * What one loop may compute and read: engines refuse functions of more than 50,000 locals, of which the longest operation takes
 * some hundreds, and take longer over large ones than what they save.
 */
const mostParts = 128;

/** Groups that are looked through for a way from one to another, so that the time grows with the Program alone. */
const mostSearched = 256;

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

/** A group under construction. */
interface Draft extends Group {
  /** What it computes and reads. */
  parts: number;
  hasFold: boolean;
}

class Grouping {
  private readonly groupOf = new Map<Node, Draft>();
  private readonly readers = new Map<Node, ComputedNode[]>();
  private readonly rank: ReadonlyMap<Node, number>;

  constructor(
    private readonly order: readonly ComputedNode[],
    private readonly stored: ReadonlySet<Node>,
  ) {
    this.rank = new Map(order.map((node, i) => [node, i]));
    for (const node of order) {
      const inputs = inputsOf(node);
      this.groupOf.set(node, {
        nodes: [node],
        inlined: new Set(),
        parts: 1 + inputs.length,
        hasFold: node.kind === 'fold',
      });
      for (const { node: input } of inputs) {
        const known = this.readers.get(input);
        if (known === undefined) this.readers.set(input, [node]);
        else known.push(node);
      }
    }
  }

  /** Maps that `fold` alone reads, one for one, move into it. */
  inline(fold: FoldNode): void {
    const group = this.groupOf.get(fold)!;
    const open = [...fold.inputs];
    for (let view = open.shift(); view !== undefined; view = open.shift()) {
      const { node, shape } = view;
      const isOneForOne = sameShape(shape, node.shape) && isWhole(view);
      if (
        node.kind !== 'map' ||
        !isOneForOne ||
        this.readers.get(node)!.length !== 1 ||
        this.stored.has(node)
      )
        continue;
      const { parts } = this.groupOf.get(node)!;
      if (group.parts + parts > mostParts) continue;
      group.parts += parts;
      group.inlined.add(node);
      this.groupOf.set(node, group);
      open.push(...node.inputs);
    }
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
      into.parts += from.parts;
      into.hasFold ||= from.hasFold;
    }
  }

  result(): Group[] {
    const groups = [...new Set(this.order.map((node) => this.groupOf.get(node)!))];
    for (const group of groups) group.nodes.sort((a, b) => this.rank.get(a)! - this.rank.get(b)!);
    return sortGroups(groups, (group) => this.producers(group as Draft));
  }

  private canShare(a: Draft, b: Draft): boolean {
    if (a.parts + b.parts > mostParts || (a.hasFold && b.hasFold)) return false;
    if (a.nodes[0]!.kind === 'join' || b.nodes[0]!.kind === 'join') return false;
    if (!sameShape(squeezed(a.nodes[0]!.shape), squeezed(b.nodes[0]!.shape))) return false;
    return this.readsDirectly(a, b) && this.readsDirectly(b, a) && !this.leads(b, a) && !this.follows(a, b);
  }

  /** Whether `other`, of nodes before it, needs `own`. Nobody who comes before a node reads it. */
  private follows(own: Draft, other: Draft): boolean {
    return own.nodes.length > 1 && this.leads(own, other);
  }

  /** Whether all that `reader` reads of `group` are elements in the very place that is computed. */
  private readsDirectly(reader: Draft, group: Draft): boolean {
    const isDirect = (node: Node, view: View): boolean =>
      this.groupOf.get(view.node) !== group ||
      (node.kind === 'map' && !reader.inlined.has(node) && node.inputs.includes(view) && isWhole(view));
    return [...reader.nodes, ...reader.inlined].every((node) =>
      inputsOf(node).every((view) => isDirect(node, view)),
    );
  }

  /** Whether `to` needs `from` by way of a third group, or it would take long to find out. */
  private leads(from: Draft, to: Draft): boolean {
    const seen = new Set<Draft>([...this.producers(to)].filter((group) => group !== from));
    // What is near comes first; the set grows while it is walked through.
    for (const group of seen) {
      if (seen.size > mostSearched) return true;
      for (const producer of this.producers(group)) {
        if (producer === from) return true;
        if (producer !== to) seen.add(producer);
      }
    }
    return false;
  }

  private producers(group: Draft): Set<Draft> {
    const found = new Set<Draft>();
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
  const entered = new Set<T>();
  // An explicit stack, as above.
  const stack: { readonly item: T; readonly rest: Iterator<T> }[] = [];
  const enter = (item: T): void => {
    if (entered.has(item)) return;
    entered.add(item);
    stack.push({ item, rest: needs(item)[Symbol.iterator]() });
  };
  for (const root of items) {
    enter(root);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { done, value } = top.rest.next() as IteratorResult<T, undefined>;
      if (done !== true) enter(value);
      else sorted.push(stack.pop()!.item);
    }
  }
  return sorted;
}
