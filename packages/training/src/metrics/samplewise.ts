// One value for each sample, and its weight: how values of any shape meet weights of lower rank, as in Keras' metrics.
import * as tf from '@tensorflow/tfjs-core';
import { formatShape, shapeMismatch } from '@lamella/program';

/** Values and weights of one axis, the batch; scalars stay scalars. */
export interface Samplewise {
  readonly values: tf.Tensor;
  readonly weight: tf.Tensor | null;
}

/** The weighted mean of each sample's values. Throws: SHAPE_MISMATCH where weights do not fit the values. */
export function samplewise(values: tf.Tensor, sampleWeight: tf.Tensor | null): Samplewise {
  const floats = tf.cast(values, 'float32');
  if (sampleWeight === null) return { values: meanFrom(floats, 1), weight: null };
  const isColumn = sampleWeight.rank === floats.rank + 1 && sampleWeight.shape[sampleWeight.rank - 1] === 1;
  const weight = tf.cast(isColumn ? tf.squeeze(sampleWeight, [-1]) : sampleWeight, 'float32');
  const fits =
    weight.rank <= floats.rank &&
    weight.shape.every((size, axis) => size === floats.shape[axis] || size === 1);
  if (!fits) {
    throw shapeMismatch(
      'Sample weights',
      `expected a weight for each of the values ${formatShape(values.shape)}, got ${formatShape(sampleWeight.shape)}`,
      'pass one weight a sample',
    );
  }
  const reduced = meanFrom(floats, weight.rank);
  const spread = tf.broadcastTo(weight, reduced.shape);
  return { values: meanFrom(tf.mul(reduced, spread), 1), weight: meanFrom(spread, 1) };
}

/** The mean over all axes from `axis` on. */
function meanFrom(values: tf.Tensor, axis: number): tf.Tensor {
  if (values.rank <= axis) return values;
  return tf.mean(
    values,
    Array.from({ length: values.rank - axis }, (_, i) => axis + i),
  );
}
