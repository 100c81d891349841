// Layers of one input get one tensor, not a list; layers that compute in floats get floats.
import * as tf from '@tensorflow/tfjs-core';
import { inputInvalid, isTensor } from '@lamella/core';
import {
  describeStructure,
  formatShape,
  isShape,
  shapeMismatch,
  structureOf,
  type SymbolicShape,
  type Tree,
  type TreeStructure,
} from '@lamella/program';

/** The shape given to `build`. Throws: INPUT_INVALID for several shapes. */
export function singleShape(subject: string, shape: Tree<SymbolicShape>): SymbolicShape {
  if (!isShape(shape)) throw severalGiven(subject, structureOf(shape, isShape));
  return shape;
}

/** The size of an axis that must be known. Throws: SHAPE_MISMATCH, saying what input() is to be given. */
export function knownSize(
  subject: string,
  shape: SymbolicShape,
  axis: number,
  what: string,
  wanted: string,
): number {
  const size = shape[axis] ?? null;
  if (size !== null) return size;
  throw shapeMismatch(
    subject,
    `expected a known ${what}, got ${formatShape(shape)}`,
    `give input() the ${wanted}`,
  );
}

/** The tensor given to `call`. Throws: INPUT_INVALID for several tensors. */
export function singleTensor(subject: string, inputs: Tree<tf.Tensor>): tf.Tensor {
  if (!isTensor(inputs)) throw severalGiven(subject, structureOf(inputs));
  return inputs;
}

/** The tensor as floats. */
export function floatTensor(x: tf.Tensor): tf.Tensor {
  return x.dtype === 'float32' ? x : tf.cast(x, 'float32');
}

function severalGiven(subject: string, given: TreeStructure): Error {
  const what = Array.isArray(given) ? `a list of ${given.length}` : describeStructure(given);
  return inputInvalid(
    subject,
    `expected one tensor, got ${what}`,
    'apply it to one tensor, or join them first with concatenate() or add()',
  );
}
