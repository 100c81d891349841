// What is known of a layer that computes between given tensors, and of one that is a graph of layers. The class is
// @lamella/training's Functional: in this package graphs are no layers.
import type { HostPart } from './host-part.js';
import { isGraph } from './invoke-part.js';
import type { Layer } from './layer.js';
import type { GraphEnds, LayerGraph } from './layer-graph.js';

/** A layer of which it is known between which tensors it computes: what data, losses, steps and exports need to know. */
export interface LayerWithEnds extends Layer, GraphEnds {
  /** What of it the host computes before each step; undefined where nothing is. */
  readonly hostPart?: HostPart | undefined;
}

/** A layer that is a graph of layers. */
export interface Functional extends LayerWithEnds {
  readonly graph: LayerGraph;
  /** All layers, inputs included, in Keras' order. */
  readonly layers: readonly Layer[];
  /** A layer by name, or by its place in {@link layers}, counted from the end where negative. Throws: LAYER_UNKNOWN. */
  getLayer(nameOrIndex: string | number): Layer;
}

/** Whether a layer is a graph of layers, of any copy of this package. */
export function isFunctional(layer: Layer): layer is Functional {
  return isGraph(layer);
}
