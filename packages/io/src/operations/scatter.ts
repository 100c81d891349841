// keras.ops.core: values put to places, and parts of tensors at places that the graph computes.
import { scan } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { castTo, promote, type OperationCall, type OperationDefinition } from './operation-definition.js';

const indicesOf = (call: OperationCall, name = 'indices'): tf.Tensor => tf.cast(call.tensor(name), 'int32');

export const Scatter: OperationDefinition = {
  parameters: ['indices', 'values'],
  options: ['shape'],
  run: (call) => tf.scatterND(indicesOf(call), call.tensor('values'), call.integers('shape')),
};

const combinations = {
  max: tf.maximum,
  min: tf.minimum,
  mul: tf.mul,
} as const;

export const ScatterUpdate: OperationDefinition = {
  parameters: ['inputs', 'indices', 'updates'],
  options: ['reduction'],
  run: (call) => {
    const inputs = call.tensor('inputs');
    const updates = castTo(call.tensor('updates'), inputs.dtype as 'int32');
    const indices = indicesOf(call);
    const reduction = call.option('reduction');
    if (reduction === null) return tf.tensorScatterUpdate(inputs, indices, updates);
    if (reduction === 'add') return tf.add(inputs, tf.scatterND(indices, updates, inputs.shape));
    if (typeof reduction !== 'string' || !Object.hasOwn(combinations, reduction))
      throw call.fail(`reduction ${JSON.stringify(reduction)} is not supported`);
    const combine = combinations[reduction as keyof typeof combinations];
    // One update after the other: several may be for one place.
    const outer = indices.shape.slice(0, -1);
    const places = tf.reshape(indices, [-1, 1, indices.shape.at(-1)!]);
    const values = tf.reshape(updates, [places.shape[0]!, 1, ...updates.shape.slice(outer.length)]);
    const [found] = scan(
      (x: tf.Tensor, { place, value }: { place: tf.Tensor; value: tf.Tensor }) => [
        tf.tensorScatterUpdate(x, place, combine(tf.gatherND(x, place), value)),
        null,
      ],
      inputs,
      { place: places, value: values },
    );
    return found;
  },
};

/** Where a part begins along each axis; as in JAX, so far in that it ends inside. */
function starts(call: OperationCall, shape: readonly number[], sizes: readonly number[]): tf.Tensor[] {
  const given = tf.reshape(indicesOf(call, 'start_indices'), [-1]);
  if (given.size !== shape.length || sizes.length !== shape.length)
    throw call.fail(`expected a start and a size for each axis of [${shape.join(', ')}]`);
  return tf
    .split(given, shape.length)
    .map((start, axis) =>
      tf.maximum(tf.minimum(start, tf.scalar(shape[axis]! - sizes[axis]!, 'int32')), tf.scalar(0, 'int32')),
    );
}

const places = (size: number): tf.Tensor => tf.range(0, size, 1, 'int32');

export const Slice: OperationDefinition = {
  parameters: ['inputs', 'start_indices'],
  options: ['shape'],
  run: (call) => {
    const x = call.tensor('inputs');
    const sizes = call.integers('shape');
    return starts(call, x.shape, sizes).reduce<tf.Tensor>(
      (part, start, axis) => tf.gather(part, tf.add(places(sizes[axis]!), start) as tf.Tensor1D, axis),
      x,
    );
  },
};

export const SliceUpdate: OperationDefinition = {
  parameters: ['inputs', 'start_indices', 'updates'],
  options: [],
  run: (call) => {
    const [x, updates] = promote(call.tensor('inputs'), call.tensor('updates'));
    const begin = starts(call, x.shape, updates.shape);
    // Each place of the whole looks up which one of the updates it takes, and whether it takes one.
    const offsets = begin.map((start, axis) => tf.sub(places(x.shape[axis]!), start));
    const last = (axis: number): tf.Scalar => tf.scalar(updates.shape[axis]! - 1, 'int32');
    const spread = offsets.reduce<tf.Tensor>((part, offset, axis) => {
      const bounded = tf.maximum(tf.minimum(offset, last(axis)), tf.scalar(0, 'int32'));
      return tf.gather(part, bounded as tf.Tensor1D, axis);
    }, updates);
    const isInside = offsets
      .map((offset, axis) =>
        tf.reshape(
          tf.logicalAnd(tf.greaterEqual(offset, tf.scalar(0, 'int32')), tf.lessEqual(offset, last(axis))),
          x.shape.map((size, i) => (i === axis ? size : 1)),
        ),
      )
      .reduce((a, b) => tf.logicalAnd(a, b));
    return tf.cast(tf.where(isInside, spread, x), call.tensor('inputs').dtype as 'float32');
  },
};
