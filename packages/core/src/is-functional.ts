// Telling graphs of layers from other layers. Apart from functional.ts, so that layers need not know graphs.
import type { Functional } from './functional.js';
import type { Layer } from './layer.js';

/** Whether a layer is a graph of layers, of any copy of this package. */
export function isFunctional(layer: Layer): layer is Functional {
  return 'graph' in layer;
}
