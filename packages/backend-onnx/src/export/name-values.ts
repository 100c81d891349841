// Gives the values of a graph the names that people know: of inputs, outputs and weights, and of the layers' nodes.
import { graphsOf, renameValues } from '../model/inner-graphs.js';
import type { OnnxModel, OnnxNode } from '../model/onnx-model.js';

/** Names that no two values share: one that is taken gets a number. */
export class UniqueNames {
  private readonly taken = new Set<string>();

  take(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.taken.has(name); i++) name = `${wanted}_${i}`;
    this.taken.add(name);
    return name;
  }
}

/** The same graph with the names in `known`; what is in no name there is called by the node that computes it. */
export function nameValues(
  model: OnnxModel,
  known: ReadonlyMap<string, string>,
  unique: UniqueNames,
): OnnxModel {
  const names = new Map(known);
  const nameOutputs = (node: OnnxNode): void => {
    const { name, outputs } = node;
    outputs.forEach((output, i) => {
      const own = outputs.length === 1 ? name : `${name}:${i}`;
      if (!names.has(output)) names.set(output, unique.take(own));
    });
    for (const graph of graphsOf(node)) {
      for (const input of graph.inputs) names.set(input.name, unique.take(`${name}/${input.name}`));
      graph.nodes.forEach(nameOutputs);
    }
  };
  model.nodes.forEach(nameOutputs);
  for (const { name } of model.initializers) if (!names.has(name)) names.set(name, unique.take(name));
  const named = (name: string): string => names.get(name) ?? name;
  const renamed = <T extends { readonly name: string }>(value: T): T => ({
    ...value,
    name: named(value.name),
  });
  return {
    ...model,
    nodes: model.nodes.map((node) => renameValues(node, named)),
    initializers: model.initializers.map(renamed),
    inputs: model.inputs.map(renamed),
    outputs: model.outputs.map(renamed),
  };
}
