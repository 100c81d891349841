// Layers that stand in several models of one tree: their numbers in files, as Keras' shared_object_id, and the number of calls
// that each will have had when a reader comes to the calls of a model. Keras builds models inside a model first; so do we.
import { isInputLayer, type Functional, type Layer } from '@lamella/core';
import { Sequential } from '@lamella/training';
import { isOperation } from '../operations/operation.js';
import { layersAmong } from './check-storable.js';
import { isStoredAsGraph } from './stored-graph.js';

/** The layers that stand in more than one model, or more than once, with a number for each. */
export function sharedLayers(model: Functional, written: (layer: Layer) => Layer): Map<Layer, number> {
  const seen = new Map<Layer, number>();
  const visit = (layers: readonly Layer[]): void => {
    for (const given of layers) {
      const layer = written(given);
      if (isOperation(layer)) continue;
      const count = (seen.get(layer) ?? 0) + 1;
      seen.set(layer, count);
      if (count === 1) visit(isStoredAsGraph(layer) ? entriesOf(layer) : layersAmong(layer.getConfig()));
    }
  };
  visit(entriesOf(model));
  const shared = [...seen].filter(([, count]) => count > 1).map(([layer]) => layer);
  return new Map(shared.map((layer, i) => [layer, i + 1]));
}

/** How often the layers of the models written so far are called when those are read. */
export class CallCounts {
  private readonly counts = new Map<Layer, number>();
  private readonly models = new Set<Layer>();

  of(layer: Layer): number {
    return isInputLayer(layer) ? 0 : (this.counts.get(layer) ?? 0);
  }

  /** Counts the calls of a model that has been written; the second time, a reader takes the first one. */
  add(model: Functional): void {
    if (this.models.has(model)) return;
    this.models.add(model);
    for (const node of model.graph.nodes) this.counts.set(node.layer, this.of(node.layer) + 1);
  }
}

/** The layers of a model as files list them. */
export function entriesOf(model: Functional): readonly Layer[] {
  return model.className === Sequential.className
    ? [model.inputs[0]!.node.layer, ...model.layers]
    : model.layers;
}
