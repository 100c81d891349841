// The graph between given inputs and outputs: which nodes it has, in an order in which they can run, and Keras' order of
// its layers. Iterative throughout: chains of ten thousand layers are fine.
import { formatShape } from '@lamella/program';
import { graphCyclic, graphDisconnected, nameDuplicate } from './errors.js';
import type { Layer } from './layer.js';
import type { Node } from './node.js';
import type { SymbolicTensor } from './symbolic-tensor.js';

/** The calls and layers between a model's inputs and outputs. */
export interface Graph {
  /** In an order in which they can run; the inputs' own nodes first. */
  readonly nodes: readonly Node[];
  /** In Keras' order: by decreasing distance from the outputs, then as first met walking back from them. */
  readonly layers: readonly Layer[];
  /** How far a node is from the outputs. */
  readonly depths: ReadonlyMap<Node, number>;
}

/**
 * Walks back from `outputs` to `inputs`; a call whose outputs are all among the inputs is no part of it.
 * Throws: GRAPH_DISCONNECTED, GRAPH_CYCLIC, NAME_DUPLICATE.
 */
export function buildGraph(
  subject: string,
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): Graph {
  const met = new Map<Layer, number>();
  const order = walk(subject, new Set(inputs), outputs, met);
  const { depths, layerDepths } = measureDepths(order);
  for (const tensor of inputs) {
    if (depths.has(tensor.node) || tensor.node.parents.length > 0) continue;
    depths.set(tensor.node, 0);
    order.unshift(tensor.node);
    if (!met.has(tensor.node.layer)) {
      met.set(tensor.node.layer, -1);
      layerDepths.set(tensor.node.layer, 0);
    }
  }
  const layers = [...layerDepths.keys()].sort(
    (a, b) => layerDepths.get(b)! - layerDepths.get(a)! || met.get(a)! - met.get(b)!,
  );
  checkNames(subject, layers);
  return { nodes: order, layers, depths };
}

function walk(
  subject: string,
  inputs: ReadonlySet<SymbolicTensor>,
  outputs: readonly SymbolicTensor[],
  met: Map<Layer, number>,
): Node[] {
  const order: Node[] = [];
  const progress = new Map<Node, 'begun' | 'done'>();
  const isBeyond = (tensor: SymbolicTensor): boolean => inputs.has(tensor) && tensor.node.parents.length > 0;
  for (const output of outputs) {
    const stack: { node: Node; next: number }[] = [];
    const trail = (): string[] => stack.map((frame) => frame.node.layer.name);
    const enter = (tensor: SymbolicTensor): void => {
      const { node } = tensor;
      if (progress.get(node) === 'done' || isBeyond(tensor)) return;
      if (progress.get(node) === 'begun') {
        const start = stack.findIndex((frame) => frame.node === node);
        throw graphCyclic(subject, [...trail().slice(start), node.layer.name].reverse());
      }
      progress.set(node, 'begun');
      stack.push({ node, next: 0 });
      if (!met.has(node.layer)) met.set(node.layer, met.size);
      if (node.parents.length === 0 && !inputs.has(tensor))
        throw missingInput(subject, node, output, trail());
    };
    enter(output);
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const parent = top.node.parents[top.next++];
      if (parent !== undefined) {
        enter(parent);
        continue;
      }
      progress.set(top.node, 'done');
      order.push(top.node);
      stack.pop();
    }
  }
  return order;
}

function missingInput(subject: string, node: Node, output: SymbolicTensor, trail: readonly string[]): Error {
  const shape = formatShape(node.outputs[0]!.shape);
  const path = [...trail].reverse();
  const shown = path.length <= 6 ? path : [...path.slice(0, 4), '...', path[path.length - 1]!];
  return graphDisconnected(
    subject,
    `output "${output.name}" needs tensor "${node.layer.name}" ${shape}, which is not among the inputs`,
    [`It is reached through ${shown.join(' -> ')}.`],
  );
}

function measureDepths(order: readonly Node[]): {
  depths: Map<Node, number>;
  layerDepths: Map<Layer, number>;
} {
  const depths = new Map<Node, number>();
  const layerDepths = new Map<Layer, number>();
  for (const node of [...order].reverse()) {
    const depth = Math.max(depths.get(node) ?? 0, layerDepths.get(node.layer) ?? 0);
    layerDepths.set(node.layer, depth);
    depths.set(node, depth);
    for (const parent of node.parents)
      depths.set(parent.node, Math.max(depth + 1, depths.get(parent.node) ?? 0));
  }
  return { depths, layerDepths };
}

function checkNames(subject: string, layers: readonly Layer[]): void {
  const counts = new Map<string, number>();
  for (const layer of layers) counts.set(layer.name, (counts.get(layer.name) ?? 0) + 1);
  for (const [name, count] of counts) if (count > 1) throw nameDuplicate(subject, name, count);
}
