// keras.ops: tensors taken apart along an axis.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions, type OperationCall, type OperationDefinition } from './operation-definition.js';

/** What an operation may give at most; a file could ask for a billion. */
const mostParts = 10_000;

/** Parts of the sizes that `indices_or_sections` asks for; unequal ones only where the first may be longer. */
function parts(x: tf.Tensor, axis: number, call: OperationCall, isUnequal = false): tf.Tensor[] {
  const size = x.shape[axis]!;
  if (typeof call.option('indices_or_sections') === 'number') {
    const count = call.integer('indices_or_sections');
    if (count < 1 || count > mostParts || (size % count !== 0 && !isUnequal))
      throw call.fail(`an axis of ${size} cannot be split into ${count} equal parts`);
    const longer = size % count;
    const sizes = Array.from({ length: count }, (_, i) => Math.floor(size / count) + (i < longer ? 1 : 0));
    return tf.split(x, longer === 0 ? count : sizes, axis);
  }
  const indices = call.integers('indices_or_sections');
  const edges = [0, ...indices.map((edge) => Math.min(size, edge < 0 ? edge + size : edge)), size];
  return tf.split(
    x,
    edges.slice(1).map((edge, i) => Math.max(0, edge - edges[i]!)),
    axis,
  );
}

const splitting = (axisOf: (x: tf.Tensor) => number): OperationDefinition =>
  withOptions(['indices_or_sections'], (x, call) => parts(x, call.within(axisOf(x), x.rank), call));

export const Split = withOptions(['indices_or_sections', 'axis'], (x, call) =>
  parts(x, call.axis(x.rank, 0), call),
);
export const ArraySplit = withOptions(['indices_or_sections', 'axis'], (x, call) =>
  parts(x, call.axis(x.rank, 0), call, true),
);
export const Hsplit = splitting((x) => (x.rank === 1 ? 0 : 1));
export const Vsplit = splitting(() => 0);
export const Dsplit = splitting(() => 2);

export const Unstack = withOptions(['num', 'axis'], (x, call) => {
  const axis = call.axis(x.rank, 0);
  if (x.shape[axis]! > mostParts)
    throw call.fail(`an axis of ${x.shape[axis]} is too long to be taken apart`);
  return tf.unstack(x, axis);
});
