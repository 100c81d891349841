// Models that begin in the middle of a graph: the part behind the given tensors is called once more, on fresh inputs.
// The layers and their weights are shared with the graph it was cut from; only the calls are new.
import { flatten, mapTree, type NumberDType } from '@lamella/program';
import { buildGraph } from './graph.js';
import { InputLayer, isInputLayer } from './input.js';
import { Node } from './node.js';
import type { SymbolicTensor, SymbolicTree } from './symbolic-tensor.js';

interface Ends {
  readonly inputs: SymbolicTree;
  readonly outputs: SymbolicTree;
}

/** The same ends, with an input of its own in place of each intermediate tensor among the inputs. */
export function withSubmodelInputs(subject: string, { inputs, outputs }: Ends): Ends {
  const starts = flatten(inputs);
  if (starts.every((tensor) => isInputLayer(tensor.node.layer))) return { inputs, outputs };
  const { nodes, layers } = buildGraph(subject, starts, flatten(outputs));
  const taken = new Set(layers.map((layer) => layer.name));
  const replaced = new Map<SymbolicTensor, SymbolicTensor>();
  for (const tensor of starts)
    replaced.set(tensor, isInputLayer(tensor.node.layer) ? tensor : inputLike(tensor, taken));
  const now = (tensor: SymbolicTensor): SymbolicTensor => replaced.get(tensor) ?? tensor;
  for (const node of nodes) {
    if (node.parents.length === 0) continue;
    const again = new Node(node.layer, node.callOn(now), node.result);
    node.layer.inboundNodes.push(again);
    node.outputs.forEach((tensor, i) => {
      if (!replaced.has(tensor)) replaced.set(tensor, again.outputs[i]!);
    });
  }
  return { inputs: mapTree(inputs, now), outputs: mapTree(outputs, now) };
}

function inputLike(tensor: SymbolicTensor, taken: Set<string>): SymbolicTensor {
  const base = `${tensor.name}_input`;
  let name = base;
  for (let count = 1; taken.has(name); count++) name = `${base}_${count}`;
  taken.add(name);
  return new InputLayer({ batchShape: tensor.shape, dtype: tensor.dtype as NumberDType, name }).tensor;
}
