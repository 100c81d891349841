// How a layer is run as a part of something: of a graph, or of another layer's call.
import { withScope } from '@lamella/program';
import type { Tree } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import type { CallContext } from './call-context.js';
import { isFunctional } from './functional.js';
import type { Layer, LayerResult } from './layer.js';

/** Runs the layer. A layer gives its own name to what it does; a graph does so only inside something else. */
export function invokePart(layer: Layer, inputs: Tree<tf.Tensor>, context: CallContext): LayerResult {
  const invoke = (): LayerResult => layer.invoke(inputs, context);
  return isFunctional(layer) ? withScope(layer.name, invoke) : invoke();
}
