// The graph between given inputs and outputs: which nodes it has, in an order in which they can run, and Keras' order of
// its layers. Iterative throughout: chains of ten thousand layers are fine.
import { graphDisconnected, nameDuplicate } from './errors.js';
import { formatShape } from '@lamella/program';
import type { Layer } from './layer.js';
import type { Node } from './node.js';
import type { SymbolicTensor } from './symbolic-tensor.js';

export interface Graph {
  /** In an order in which they can run; the inputs' own nodes first. */
  readonly nodes: readonly Node[];
  /** In Keras' order: by decreasing distance from the outputs, then as first met walking back from them. */
  readonly layers: readonly Layer[];
  /** How far a node is from the outputs. */
  readonly depths: ReadonlyMap<Node, number>;
}

/** Walks back from `outputs` to `inputs`. Throws: GRAPH_DISCONNECTED, NAME_DUPLICATE. */
export function buildGraph(
  subject: string,
  inputs: readonly SymbolicTensor[],
  outputs: readonly SymbolicTensor[],
): Graph {
  const boundary = new Set(inputs.map((tensor) => tensor.node));
  const met = new Map<Layer, number>();
  const order = walk(subject, boundary, outputs, met);
  const { depths, layerDepths } = measureDepths(order);
  for (const tensor of inputs) {
    if (depths.has(tensor.node)) continue;
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
  boundary: ReadonlySet<Node>,
  outputs: readonly SymbolicTensor[],
  met: Map<Layer, number>,
): Node[] {
  const order: Node[] = [];
  const done = new Set<Node>();
  for (const output of outputs) {
    const stack: { node: Node; next: number }[] = [{ node: output.node, next: 0 }];
    while (stack.length > 0) {
      const top = stack[stack.length - 1]!;
      const { node } = top;
      if (done.has(node)) {
        stack.pop();
        continue;
      }
      if (!met.has(node.layer)) met.set(node.layer, met.size);
      if (!boundary.has(node) && node.inputs.length === 0)
        throw missingInput(
          subject,
          node,
          output,
          stack.map((frame) => frame.node),
        );
      const parent = boundary.has(node) ? undefined : node.inputs[top.next++];
      if (parent !== undefined) {
        if (!done.has(parent.node)) stack.push({ node: parent.node, next: 0 });
        continue;
      }
      done.add(node);
      order.push(node);
      stack.pop();
    }
  }
  return order;
}

function missingInput(subject: string, node: Node, output: SymbolicTensor, path: readonly Node[]): Error {
  const shape = formatShape(node.outputs[0]!.shape);
  const trail = path
    .map((step) => step.layer.name)
    .reverse()
    .slice(0, 6)
    .join(' -> ');
  return graphDisconnected(
    subject,
    `output "${output.name}" needs tensor "${node.layer.name}" ${shape}, which is not among the inputs`,
    [`It is reached through ${trail}.`],
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
    for (const parent of node.inputs)
      depths.set(parent.node, Math.max(depth + 1, depths.get(parent.node) ?? 0));
  }
  return { depths, layerDepths };
}

function checkNames(subject: string, layers: readonly Layer[]): void {
  const counts = new Map<string, number>();
  for (const layer of layers) counts.set(layer.name, (counts.get(layer.name) ?? 0) + 1);
  for (const [name, count] of counts) if (count > 1) throw nameDuplicate(subject, name, count);
}
