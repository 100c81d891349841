// What is foreseen of a model that has just been compiled: by plugins, in one warning, and of layers that it does not know.
import { isLayer, type Composition, type Layer, type PluginContext } from '@lamella/core';
import { compiledModelTrouble, layersNotAdded } from './errors.js';

/** Asks each plugin of the composition; warns with COMPILE_NOTICE where one has something to say, and with LAYER_NOT_ADDED. */
export function sayCompileNotices(model: Layer, composition: Partial<Composition> | undefined): void {
  sayLayersNotAdded(model);
  const { plugins = [], catalog } = (composition ?? {}) as Partial<PluginContext>;
  if (catalog === undefined) return;
  const lines = plugins.flatMap((plugin) => plugin.compileNotices?.(model, composition as Composition) ?? []);
  if (lines.length > 0) console.warn(compiledModelTrouble(model.label, lines).message);
}

/** Keras makes a layer in a field a part of what has the field; here `addLayer` does, and forgetting it trains nothing. */
function sayLayersNotAdded(model: Layer): void {
  const parts = new Set([model]);
  for (const part of parts) for (const inner of part.sublayers) parts.add(inner);
  for (const part of parts) {
    // Lamella's own classes have Keras' names, and their fields are theirs.
    if (!part.className.includes('>')) continue;
    const lost = Object.entries(part).flatMap(([field, value]: [string, unknown]) =>
      [value].flat().some((held) => isLayer(held) && held.trainable && !parts.has(held) && learns(held))
        ? [field]
        : [],
    );
    if (lost.length > 0) console.warn(layersNotAdded(part.label, lost).message);
  }
}

function learns(layer: Layer): boolean {
  return !layer.isBuilt || layer.trainableWeights.length > 0;
}
