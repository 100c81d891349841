// The description of a stored model: what an inspection of its file says, which made nothing of it.
import type { FileInspection, InspectedLambda, InspectedLayer, StoredTensor } from '@lamella/io';
import { formatShape } from '@lamella/program';
import type { GraphEdge, GraphEnd, GraphLayer, ModelGraph, PlainValue } from './model-graph.js';

/** What has been said of a file so far: the layers in their order, and the Lambdas by name. */
interface Reading {
  readonly layers: readonly InspectedLayer[];
  readonly lambdas: Map<string, InspectedLambda[]>;
  next: number;
}

/** What a file says a model is made of; undefined for one of weights alone. References to what is not there are left out. */
export function graphOfFile({ model, layers, lambdas }: FileInspection): ModelGraph | undefined {
  if (model === undefined) return undefined;
  const byName = new Map<string, InspectedLambda[]>();
  for (const lambda of lambdas) byName.set(lambda.layer, [...(byName.get(lambda.layer) ?? []), lambda]);
  return graphOf(model, 0, { layers, lambdas: byName, next: 0 });
}

function graphOf(
  { name, className, ends }: Pick<InspectedLayer, 'name' | 'className' | 'ends'>,
  depth: number,
  reading: Reading,
): ModelGraph {
  const stored: InspectedLayer[] = [];
  const made: GraphLayer[] = [];
  while (reading.layers[reading.next]?.depth === depth) {
    const layer = reading.layers[reading.next]!;
    const id = `layer_${reading.next++}`;
    const graph = layer.ends === undefined ? undefined : graphOf(layer, depth + 1, reading);
    // As in Keras, a chain shows no input.
    if (className === 'Sequential' && layer.className === 'InputLayer') continue;
    stored.push(layer);
    made.push(describe(layer, id, graph, reading));
  }
  if (className === 'Sequential') return { name, className, layers: made, ...chainOf(made) };
  const byName = new Map(made.map((layer) => [layer.name, layer]));
  const endOf = ({ layer, index }: StoredTensor): GraphEnd[] => {
    const id = byName.get(layer)?.id;
    return id === undefined ? [] : [{ layer: id, index }];
  };
  return {
    name,
    className,
    layers: made.map((layer, i) => ({ ...layer, inputShape: inputShapeOf(stored[i]!, byName) })),
    edges: stored.flatMap(({ calls }, i) =>
      calls.flatMap((call) =>
        call.flatMap((tensor, index): GraphEdge[] =>
          endOf(tensor).map((from) => ({ from, to: { layer: made[i]!.id, index } })),
        ),
      ),
    ),
    inputs: (ends?.inputs ?? []).flatMap(endOf),
    outputs: (ends?.outputs ?? []).flatMap(endOf),
  };
}

/** Each layer of a chain is on the one before. */
function chainOf(layers: readonly GraphLayer[]): Pick<ModelGraph, 'edges' | 'inputs' | 'outputs'> {
  const end = ({ id }: GraphLayer): GraphEnd => ({ layer: id, index: 0 });
  return {
    edges: layers.slice(1).map((layer, i) => ({ from: end(layers[i]!), to: end(layer) })),
    inputs: layers.slice(0, 1).map(end),
    outputs: layers.slice(-1).map(end),
  };
}

function describe(
  { name, className, outputShape, parameters, config }: InspectedLayer,
  id: string,
  graph: ModelGraph | undefined,
  { lambdas }: Reading,
): GraphLayer {
  const isRecord = typeof config === 'object' && config !== null && !Array.isArray(config);
  const options = isRecord ? (config as { readonly [key: string]: PlainValue }) : {};
  return {
    id,
    name,
    className,
    options,
    inputShape: undefined,
    outputShape: outputShape && formatShape(outputShape),
    outputDType: undefined,
    trainable: parameters === 0 ? undefined : options['trainable'] !== false,
    parameters,
    // Of those of one name, in their order.
    operations: className === 'Lambda' ? lambdas.get(name)?.shift()?.operations : undefined,
    graph,
  };
}

/** Of the first call: what the layers before it give, where they give one tensor each. */
function inputShapeOf(
  { calls }: InspectedLayer,
  byName: ReadonlyMap<string, GraphLayer>,
): string | undefined {
  const shapes = (calls[0] ?? []).map(({ layer, index }) =>
    index === 0 ? byName.get(layer)?.outputShape : undefined,
  );
  return shapes.length === 0 || shapes.includes(undefined) ? undefined : shapes.join(', ');
}
