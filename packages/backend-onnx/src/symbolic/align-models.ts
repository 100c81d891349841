// Brings graphs of one Program at several sizes into one order. Passes put operands that may change places, and with them
// the nodes, into an order that follows the sizes; here it follows what is equal in all graphs.
import type { LoweredModel } from '../lower-program.js';
import { mapGraphs, namesRead, renameValues } from '../model/inner-graphs.js';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../model/onnx-model.js';
import { elementsOf } from './varying-constant.js';

/** Operators whose inputs may change places. */
const commutative: ReadonlySet<string> = new Set([
  ...['Add', 'And', 'BitwiseAnd', 'Equal', 'Max', 'Min', 'Mul', 'Or', 'Sum', 'Xor'],
]);

/** The same graphs, with nodes and values in one order where they are alike. */
export function alignModels(
  lowered: readonly LoweredModel[],
  points: readonly (readonly number[])[],
): LoweredModel[] {
  const contents = lowered.map(({ model }) => new Set(model.initializers.map(contentOf)));
  const isFixed = (content: string): boolean => contents.every((set) => set.has(content));
  const keys = new Map<string, number>();
  return lowered.map((one, p) => {
    const contentAt = (tensor: OnnxTensor): string => {
      const content = contentOf(tensor);
      return isFixed(content) ? content : withoutSizes(tensor, points[p]!);
    };
    const sorted = withSortedInputs(one.model, contentAt, keys);
    return inOrderOfNeed({ ...one, model: { ...one.model, nodes: sorted } });
  });
}

/** The nodes with inputs that may change places sorted by what they are made of, sizes apart. */
function withSortedInputs(
  model: OnnxModel,
  contentAt: (tensor: OnnxTensor) => string,
  keys: Map<string, number>,
): OnnxNode[] {
  const numbers = new Map<string, number>();
  const define = (name: string, key: string): void => {
    const number = keys.get(key) ?? keys.size;
    keys.set(key, number);
    numbers.set(name, number);
  };
  model.inputs.forEach(({ name }, i) => define(name, `input ${i}`));
  for (const tensor of model.initializers) define(tensor.name, contentAt(tensor));
  const sort = (nodes: readonly OnnxNode[]): OnnxNode[] => {
    const squared = squaredValues(nodes);
    return nodes.map((node) => {
      const mayChange = commutative.has(node.type) || (node.type === 'Sub' && squared.has(node.outputs[0]!));
      const numberOf = (name: string): number => numbers.get(name) ?? -1;
      const inputs = mayChange ? [...node.inputs].sort((a, b) => numberOf(a) - numberOf(b)) : node.inputs;
      const contents: unknown[] = [];
      const sorted = mapGraphs(node, (graph) => {
        graph.inputs.forEach(({ name }, i) =>
          define(name, `input ${i} of ${node.type} ${inputs.map(numberOf).join()}`),
        );
        const inner = { ...graph, nodes: sort(graph.nodes) };
        contents.push(inner.outputs.map(({ name }) => numberOf(name)));
        return inner;
      });
      const plain = Object.entries(node.attributes).filter(
        ([, value]) => !(typeof value === 'object' && 'graph' in value),
      );
      const key = JSON.stringify([node.type, plain, contents, inputs.map(numberOf)]);
      node.outputs.forEach((name, i) => define(name, `${i} of ${key}`));
      return { ...sorted, inputs };
    });
  };
  return sort(model.nodes);
}

/** Values of which nothing but the square is used: their sign does not matter. */
function squaredValues(nodes: readonly OnnxNode[]): Set<string> {
  const squared = new Set<string>();
  const others = new Set<string>();
  for (const { type, inputs } of nodes) {
    const isSquare = type === 'Mul' && inputs[0] === inputs[1];
    for (const name of inputs) (isSquare ? squared : others).add(name);
  }
  return new Set([...squared].filter((name) => !others.has(name)));
}

/** Each node straight before its first reader, values numbered in that order; only what the outputs need. */
function inOrderOfNeed({ model, inputs, outputs }: LoweredModel): LoweredModel {
  // Inside first: what a node reads of the graph around it, it reads in the order of the nodes that it holds.
  const nodes = nodesByNeed({ ...model, nodes: model.nodes.map(inOrderInside) });
  const names = new Map<string, string>(model.inputs.map(({ name }) => [name, name]));
  const tensors = new Map(model.initializers.map((tensor) => [tensor.name, tensor]));
  const initializers: OnnxTensor[] = [];
  const named = (name: string): string => {
    if (name === '') return name;
    const known = names.get(name) ?? `value_${names.size}`;
    const tensor = names.has(name) ? undefined : tensors.get(name);
    names.set(name, known);
    if (tensor !== undefined) initializers.push({ ...tensor, name: known });
    return known;
  };
  const ordered = nodes.map((node) => renameValues(node, named));
  return {
    model: {
      ...model,
      nodes: ordered,
      initializers,
      outputs: model.outputs.map((output) => ({ ...output, name: named(output.name) })),
    },
    inputs,
    outputs: outputs.map((output) => ({ ...output, name: named(output.name) })),
  };
}

/** The same for the graphs that a node holds. */
function inOrderInside(node: OnnxNode): OnnxNode {
  return mapGraphs(node, (graph) => ({
    ...graph,
    nodes: nodesByNeed({ ...graph, nodes: graph.nodes.map(inOrderInside) }),
  }));
}

/** Depth first from the outputs, without recursion. */
function nodesByNeed({ nodes, outputs }: OnnxGraph): OnnxNode[] {
  const producers = new Map(nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const order = new Set<OnnxNode>();
  const entered = new Set<OnnxNode>();
  for (const output of outputs) {
    const stack = [producers.get(output.name)];
    while (stack.length > 0) {
      const node = stack.at(-1);
      if (node === undefined || order.has(node) || entered.has(node)) {
        stack.pop();
        if (node !== undefined) order.add(node);
        continue;
      }
      entered.add(node);
      for (const name of namesRead(node).reverse()) {
        const producer = producers.get(name);
        if (producer !== undefined && !entered.has(producer)) stack.push(producer);
      }
    }
  }
  return [...order];
}

/** Large constants are told apart by a checksum: alike ones that differ would only be refused later. */
function contentOf({ type, shape, bytes }: OnnxTensor): string {
  let sum = 0;
  for (const byte of bytes) sum = (Math.imul(sum, 31) + byte) | 0;
  return `${type}[${shape.join()}] ${bytes.length <= 64 ? bytes.join() : sum}`;
}

/** Numbers up to this are not taken for sizes of a sample: other things have them too. */
const smallestSize = 100;
const mostElements = 16;

/** A varying constant with the sizes of the sample written as powers of the unknowns. */
function withoutSizes(tensor: OnnxTensor, point: readonly number[]): string {
  const factored = (value: number): string => {
    let rest = value;
    const powers = point.map((size) => {
      let power = 0;
      for (; size > smallestSize && rest !== 0 && rest % size === 0; power++) rest /= size;
      return power;
    });
    return `${rest}^${powers.join('^')}`;
  };
  const elements = tensor.bytes.length <= 8 * mostElements ? elementsOf(tensor).map(factored) : [];
  return `${tensor.type}[${tensor.shape.map(factored).join()}] ${elements.join()}`;
}
