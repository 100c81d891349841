// The layers of a model and of the models inside, by their paths, each once: as described, and live.
import { isFunctional, type Layer } from '@lamella/core';
import { graphOfModel } from '../graph-of-model.js';
import type { GraphEnd, GraphLayer, ModelGraph } from '../model-graph.js';

export interface PlacedLayer extends GraphLayer {
  readonly layer: Layer;
}

export interface PlacedLayers {
  readonly layers: ReadonlyMap<string, PlacedLayer>;
  readonly connections: ReadonlySet<string>;
}

/** Throws: LAYER_NOT_BUILT. */
export function layersByPath(model: Layer): PlacedLayers {
  const layers = new Map<string, PlacedLayer>();
  const connections = new Set<string>();
  const met = new Set<string>();
  const visit = (graph: ModelGraph, owner: Layer, prefix: string): void => {
    const names = new Map(graph.layers.map(({ id, name }) => [id, name]));
    const endOf = ({ layer, index }: GraphEnd): string =>
      `${prefix}${names.get(layer)}${index === 0 ? '' : `[${index}]`}`;
    for (const { from, to } of graph.edges) connections.add(`${endOf(from)} -> ${endOf(to)}`);
    graph.outputs.forEach((end, i) =>
      connections.add(`${endOf(end)} -> output ${i} of ${prefix === '' ? 'the model' : prefix.slice(0, -1)}`),
    );
    for (const described of graph.layers) {
      if (met.has(described.id)) continue;
      met.add(described.id);
      const layer = isFunctional(owner) ? owner.getLayer(described.name) : owner;
      const path = `${prefix}${described.name}`;
      layers.set(path, { ...described, layer });
      if (described.graph !== undefined) visit(described.graph, layer, `${path}/`);
    }
  };
  visit(graphOfModel(model), model, '');
  return { layers, connections };
}
