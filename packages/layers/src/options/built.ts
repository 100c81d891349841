// Layers with weights refuse to compute before they have any.
import { layerNotBuilt, type Layer } from '@lamella/core';

/** Throws: LAYER_NOT_BUILT when `call` was reached without a build, which `apply` and models never do. */
export function requireBuilt(layer: Layer): void {
  if (!layer.isBuilt)
    throw layerNotBuilt(layer.label, 'its call() needs weights, which it has not created yet');
}
