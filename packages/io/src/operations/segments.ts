// keras.ops.math: values gathered by the segment that each belongs to, ranks among predictions, and distances.
import * as tf from '@tensorflow/tfjs-core';
import { toFloat, type OperationCall, type OperationDefinition } from './operation-definition.js';

const segments = (
  fn: (data: tf.Tensor, ids: tf.Tensor, count: number) => tf.Tensor,
): OperationDefinition => ({
  parameters: ['data', 'segment_ids'],
  options: ['num_segments', 'sorted'],
  run: (call) => {
    if (call.option('num_segments') === null)
      throw call.fail('as many segments as the ids say have no known size; give num_segments');
    const ids = tf.reshape(tf.cast(call.tensor('segment_ids'), 'int32'), [-1]);
    return fn(call.tensor('data'), ids, call.integer('num_segments'));
  },
});

/** Of each segment what `reduce` gives for its values; `start` stands in for those of the others. */
const reduced = (
  reduce: (x: tf.Tensor, axis: number) => tf.Tensor,
  startOf: (isInteger: boolean) => number,
): OperationDefinition =>
  segments((data, ids, count) => {
    const segment = tf.expandDims(tf.range(0, count, 1, 'int32'), 1);
    const isIn = tf.reshape(tf.equal(segment, ids), [count, ids.size, ...data.shape.slice(1).map(() => 1)]);
    const start = tf.scalar(startOf(data.dtype !== 'float32'), data.dtype as 'float32');
    return reduce(tf.where(isIn, tf.expandDims(data, 0), start), 1);
  });

/** Ids that are no segment's are written nowhere. */
export const SegmentSum = segments((data, ids, count) =>
  tf.scatterND(tf.expandDims(tf.where(tf.less(ids, 0), tf.scalar(count, 'int32'), ids), 1), data, [
    count,
    ...data.shape.slice(1),
  ]),
);
export const SegmentProd = reduced(tf.prod, () => 1);
export const SegmentMax = reduced(tf.max, (isInteger) => (isInteger ? -(2 ** 31) : -Infinity));
export const SegmentMin = reduced(tf.min, (isInteger) => (isInteger ? 2 ** 31 - 1 : Infinity));

export const InTopK: OperationDefinition = {
  parameters: ['targets', 'predictions'],
  options: ['k'],
  run: (call) => {
    const predictions = call.float('predictions');
    const isTarget = tf.oneHot(tf.cast(call.tensor('targets'), 'int32'), predictions.shape.at(-1)!);
    const ofTarget = tf.where(tf.cast(isTarget, 'bool'), predictions, tf.scalar(-Infinity));
    const score = tf.max(tf.where(tf.isNaN(ofTarget), tf.scalar(-Infinity), ofTarget), -1, true);
    const better = tf.sum(tf.cast(tf.greater(predictions, score), 'int32'), -1);
    return tf.less(better, tf.scalar(call.integer('k'), 'int32'));
  },
};

export const CDist: OperationDefinition = {
  parameters: ['x', 'y'],
  options: [],
  run: (call: OperationCall) => {
    const [x, y] = call.pair('x', 'y').map(toFloat) as [tf.Tensor, tf.Tensor];
    const difference = tf.sub(tf.expandDims(x, -2), tf.expandDims(y, -3));
    return tf.sqrt(tf.sum(tf.square(difference), -1));
  },
};
