// Graphs within graphs: the attributes of Scan, Loop and If. An inner graph may read values of the graphs around it by their
// names, so whoever renames values, or asks who reads them, looks inside too.
import type { OnnxAttribute, OnnxGraph, OnnxNode } from './onnx-model.js';

/** The graphs that a node holds, by attribute. */
export function graphsOf({ attributes }: OnnxNode): OnnxGraph[] {
  return Object.values(attributes).flatMap((value) => (isGraph(value) ? [value.graph] : []));
}

/** The node with each graph that it holds replaced. */
export function mapGraphs(node: OnnxNode, change: (graph: OnnxGraph) => OnnxGraph): OnnxNode {
  if (graphsOf(node).length === 0) return node;
  const attributes = Object.entries(node.attributes).map(([name, value]): [string, OnnxAttribute] => [
    name,
    isGraph(value) ? { graph: change(value.graph) } : value,
  ]);
  return { ...node, attributes: Object.fromEntries(attributes) };
}

/** All values that a node reads: its inputs, and what the graphs that it holds read from around them. */
export function namesRead(node: OnnxNode): string[] {
  const inside = graphsOf(node).flatMap((graph) => {
    const own = new Set([
      ...graph.inputs.map(({ name }) => name),
      ...graph.nodes.flatMap(({ outputs }) => outputs),
    ]);
    const read = [...graph.nodes.flatMap(namesRead), ...graph.outputs.map(({ name }) => name)];
    return read.filter((name) => !own.has(name));
  });
  return [...node.inputs, ...inside];
}

/** The node with other names for values, inside too. */
export function renameValues(node: OnnxNode, rename: (name: string) => string): OnnxNode {
  const named = <T extends { readonly name: string }>(value: T): T => ({
    ...value,
    name: rename(value.name),
  });
  const inside = mapGraphs(node, (graph) => ({
    ...graph,
    inputs: graph.inputs.map(named),
    nodes: graph.nodes.map((inner) => renameValues(inner, rename)),
    outputs: graph.outputs.map(named),
  }));
  return { ...inside, inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) };
}

function isGraph(value: OnnxAttribute): value is { readonly graph: OnnxGraph } {
  return typeof value === 'object' && 'graph' in value;
}
