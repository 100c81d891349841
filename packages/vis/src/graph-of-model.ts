// The description of a live model: read off its layers and calls; a Lambda is captured for its operations.
import {
  argumentTensors,
  isFunctional,
  isInputLayer,
  layerNotBuilt,
  type Functional,
  type Layer,
  type Node,
  type SymbolicTensor,
  type SymbolicTree,
} from '@lamella/core';
import { flatten, formatShape, isLamellaError, type Tree } from '@lamella/program';
import type { Lambda } from '@lamella/lambda';
import type { GraphEdge, GraphEnd, GraphLayer, ModelGraph } from './model-graph.js';
import { plainOptions } from './plain-value.js';

/** The layers met so far, by their ids. */
type Ids = Map<Layer, string>;

/**
 * What a model is made of. One that computes in a `call` of its own is a single layer, as in Keras. Throws: LAYER_NOT_BUILT.
 *
 * @example
 * import { input } from '@lamella/core';
 * import { dense } from '@lamella/layers';
 * import { Functional } from '@lamella/training';
 * import { graphOfModel } from '@lamella/vis';
 *
 * const x = input({ shape: [3], name: 'x' });
 * const graph = graphOfModel(new Functional({ inputs: x, outputs: dense({ units: 2, name: 'y' }).apply(x) }));
 * graph.layers.map(({ name, outputShape }) => `${name} ${outputShape}`); // ['x [null, 3]', 'y [null, 2]']
 */
export function graphOfModel(model: Layer): ModelGraph {
  if (!model.isBuilt) throw layerNotBuilt(model.label, 'it is not known yet what it is made of');
  const ids: Ids = new Map();
  if (isFunctional(model)) return graphOf(model, ids);
  const layer = describe(model, ids);
  const { name, className, id } = layer;
  const end = { layer: id, index: 0 };
  return { name, className, layers: [layer], edges: [], inputs: [end], outputs: [end] };
}

function graphOf(model: Functional, ids: Ids): ModelGraph {
  const isChain = model.className === 'Sequential';
  // As in Keras, a chain shows no input: what goes into it goes into its first layer.
  const layers = model.graph.layers.filter((layer) => !isChain || !isInputLayer(layer));
  const shown = new Set(layers);
  for (const layer of layers) idOf(layer, ids);
  const endOf = ({ node, index }: SymbolicTensor): GraphEnd => ({ layer: idOf(node.layer, ids), index });
  const edges = model.graph.nodes.flatMap((node): GraphEdge[] =>
    inputsOf(node)
      .map((tensor, index) => ({ tensor, to: { layer: idOf(node.layer, ids), index } }))
      .filter(({ tensor }) => shown.has(tensor.node.layer))
      .map(({ tensor, to }) => ({ from: endOf(tensor), to })),
  );
  return {
    name: model.name,
    className: model.className,
    layers: layers.map((layer) => describe(layer, ids)),
    edges,
    inputs: isChain ? [{ layer: idOf(layers[0]!, ids), index: 0 }] : model.inputs.map(endOf),
    outputs: model.outputs.map(endOf),
  };
}

/** What a call is on, in the order in which the layer has its inputs; then the tensors among the arguments. */
function inputsOf({ layer, inputs, parents, args, mask }: Node): readonly SymbolicTensor[] {
  if (!isFunctional(layer)) return parents;
  const others = argumentTensors<SymbolicTensor>({ ...args, ...(mask !== undefined && { mask }) });
  return [...layer.graph.arranged<SymbolicTensor>(inputs as Tree<SymbolicTensor>), ...others];
}

function describe(layer: Layer, ids: Ids): GraphLayer {
  const node = layer.inboundNodes[0];
  const graph = isFunctional(layer) ? graphOf(layer, ids) : undefined;
  const ends = isFunctional(layer) ? layer : undefined;
  const [inputs, outputs] = [node?.inputs ?? ends?.inputs, node?.result ?? ends?.outputs];
  return {
    id: idOf(layer, ids),
    name: layer.name,
    className: layer.className,
    options: graph === undefined ? plainOptions(layer.getConfig()) : {},
    inputShape: isInputLayer(layer) ? undefined : textOf(inputs, ({ shape }) => formatShape(shape)),
    outputShape: textOf(outputs, ({ shape }) => formatShape(shape)),
    outputDType: textOf(outputs, ({ dtype }) => dtype),
    trainable: layer.weights.length === 0 ? undefined : layer.trainable,
    parameters: layer.isBuilt ? layer.parameterCount : 0,
    operations: isLambda(layer) ? operationsOf(layer) : undefined,
    graph,
  };
}

function idOf(layer: Layer, ids: Ids): string {
  const id = ids.get(layer) ?? `layer_${ids.size}`;
  ids.set(layer, id);
  return id;
}

function textOf(
  tree: SymbolicTree | undefined,
  print: (tensor: SymbolicTensor) => string,
): string | undefined {
  if (tree === undefined) return undefined;
  const texts = flatten(tree).map(print);
  return texts.length === 1 ? texts[0] : texts.join(', ');
}

function isLambda(layer: Layer): layer is Lambda {
  return layer.className === 'Lambda' && typeof (layer as Partial<Lambda>).saveFunction === 'function';
}

/** A function that no file could hold has a picture without them. */
function operationsOf(layer: Lambda): readonly string[] | undefined {
  try {
    return layer.saveFunction().inference.graph.nodes.map(({ kernel }) => kernel);
  } catch (error) {
    if (!isLamellaError(error)) throw error;
    return undefined;
  }
}
