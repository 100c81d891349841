// Which models stand in a file as the graph that they are. All others stand there as a class with its options.
import { isFunctional, type Functional, type Layer } from '@lamella/core';
import { notSerializable } from '../errors.js';

/** Whether a file says the layers and calls of this layer. A subclass of such a model makes them itself. */
export function isStoredAsGraph(layer: Layer): layer is Functional {
  return isFunctional(layer) && ['Functional', 'Sequential'].includes(layer.className);
}

/** The model, where it is a graph. Throws: NOT_SERIALIZABLE. */
export function requireGraph(model: Layer, file: string): Functional {
  if (isFunctional(model)) return model;
  throw notSerializable(
    model.label,
    `"${file}" holds graphs of layers, and this model computes in a call of its own`,
    'save it to .keras, or its weights to .weights.h5 or .safetensors',
  );
}
