// Layers of one input get one tensor, not a list; layers that compute in floats get floats.
import * as tf from '@tensorflow/tfjs-core';
import { inputInvalid } from '@lamella/core';
import type { SymbolicShape } from '@lamella/program';

/** The shape given to `build`. Throws: INPUT_INVALID for a list of shapes. */
export function singleShape(subject: string, shape: SymbolicShape | readonly SymbolicShape[]): SymbolicShape {
  if (shape.some((size) => Array.isArray(size))) throw listGiven(subject, shape.length);
  return shape as SymbolicShape;
}

/** The tensor given to `call`. Throws: INPUT_INVALID for a list of tensors. */
export function singleTensor(subject: string, inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
  if (Array.isArray(inputs)) throw listGiven(subject, inputs.length);
  return inputs;
}

/** The tensor as floats. */
export function floatTensor(x: tf.Tensor): tf.Tensor {
  return x.dtype === 'float32' ? x : tf.cast(x, 'float32');
}

function listGiven(subject: string, count: number): Error {
  return inputInvalid(
    subject,
    `expected one tensor, got a list of ${count}`,
    'apply it to one tensor, or join them first with concatenate() or add()',
  );
}
