// The input of a layer that takes one tensor.
import type * as tf from '@tensorflow/tfjs-core';
import { inputInvalid, type Layer } from '@lamella/core';

/** The tensor that a layer is called on. Throws: INPUT_INVALID. */
export function oneTensor(layer: Layer, inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  if (!Array.isArray(inputs)) return inputs;
  throw inputInvalid(layer.label, `expected one tensor, got ${inputs.length}`);
}
