// How a layer is run as a part of something: of a graph, or of another layer's call.
import { withScope } from '@lamella/program';
import type { Tree } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import type { CallContext, Mask } from './call-context.js';

/** What a call computes: outputs, and the mask of each of their leaves. */
export interface LayerResult {
  readonly outputs: Tree<tf.Tensor>;
  readonly masks: readonly Mask[];
}

/** A layer, as far as what runs it needs to know. */
export interface Invocable {
  readonly name: string;
  /** How errors name it. */
  readonly label: string;
  readonly supportsMasking: boolean;
  invoke(inputs: Tree<tf.Tensor>, context: CallContext): LayerResult;
}

/** Whether a layer is a graph of layers. */
export function isGraph(layer: Invocable): boolean {
  return 'graph' in layer;
}

/** Runs the layer. A layer gives its own name to what it does; a graph does so only inside something else. */
export function invokePart(layer: Invocable, inputs: Tree<tf.Tensor>, context: CallContext): LayerResult {
  const invoke = (): LayerResult => layer.invoke(inputs, context);
  return isGraph(layer) ? withScope(layer.name, invoke) : invoke();
}
