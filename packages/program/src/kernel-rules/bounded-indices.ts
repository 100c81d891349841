// Indices as tfjs' backends take them, which stop at one that is out of bounds. In Programs an index below 0 counts from the
// end; one that is still out of bounds reads NaN (0, or false, where there is no NaN) and is written nowhere.
import * as tf from '@tensorflow/tfjs-core';

/** Indices that all exist, and which of them did before; where none did not, `isInside` is undefined. */
export interface BoundedIndices {
  readonly indices: tf.Tensor;
  /** A bool for each index, or each list of coordinates. */
  readonly isInside: tf.Tensor | undefined;
}

/**
 * The indices into axes of these sizes, a coordinate in turn for each; 0 in place of those that are out of bounds. Undefined
 * where all can be taken as they are.
 */
export function boundIndices(indices: tf.Tensor, sizes: readonly number[]): BoundedIndices | undefined {
  const given = indices.dataSync<'int32'>();
  const depth = sizes.length;
  if (given.every((index, i) => index >= 0 && index < sizes[i % depth]!)) return undefined;
  const bounded = Int32Array.from(given, (index, i) => (index < 0 ? index + sizes[i % depth]! : index));
  const inside = new Uint8Array(given.length / depth).fill(1);
  bounded.forEach((index, i) => {
    if (index < 0 || index >= sizes[i % depth]!) inside[Math.floor(i / depth)] = 0;
  });
  inside.forEach((isInside, i) => {
    if (isInside === 0) bounded.fill(0, i * depth, (i + 1) * depth);
  });
  return {
    indices: tf.tensor(bounded, indices.shape, 'int32'),
    isInside: inside.includes(0) ? tf.tensor1d(inside, 'bool') : undefined,
  };
}

/** `found`, and nothing where an index was out of bounds; `shape` spreads the indices over it. */
export function foundInside(
  found: tf.Tensor,
  isInside: tf.Tensor | undefined,
  shape: readonly number[],
): tf.Tensor {
  return isInside === undefined
    ? found
    : tf.where(tf.reshape(isInside, [...shape]), found, nothingLike(found));
}

/** What is read where there is nothing. */
export function nothingLike({ shape, dtype }: { shape: number[]; dtype: tf.DataType }): tf.Tensor {
  return tf.fill(shape, dtype === 'float32' ? NaN : 0, dtype as 'float32');
}

/** Indices and what they place, without those that are out of bounds. Undefined where all can be taken as they are. */
export function placedInside(
  indices: tf.Tensor,
  updates: tf.Tensor,
  shape: readonly number[],
): { indices: tf.Tensor; updates: tf.Tensor } | undefined {
  const depth = indices.rank === 1 ? 1 : indices.shape[indices.rank - 1]!;
  const bounded = boundIndices(indices, shape.slice(0, depth));
  if (bounded === undefined) return undefined;
  if (bounded.isInside === undefined) return { indices: bounded.indices, updates };
  const inside = bounded.isInside.dataSync<'bool'>();
  const kept = tf.tensor1d(
    Array.from(inside.keys()).filter((i) => inside[i] !== 0),
    'int32',
  );
  const rows = inside.length;
  return {
    indices: tf.gather(tf.reshape(bounded.indices, [rows, depth]), kept),
    updates: tf.gather(tf.reshape(updates, [rows, ...shape.slice(depth)]), kept),
  };
}

/** The values at lists of coordinates (a vector: one each), and 0 where these are out of bounds: as a gradient of what is placed there. */
export function gatherInside(values: tf.Tensor, indices: tf.Tensor): tf.Tensor {
  const places = indices.rank === 1 ? tf.reshape(indices, [-1, 1]) : indices;
  const [outer, depth] = [places.shape.slice(0, -1), places.shape[places.rank - 1]!];
  const sizes = tf.tensor1d(values.shape.slice(0, depth), 'int32');
  const isInside = tf.all(
    tf.logicalAnd(tf.greaterEqual(places, tf.neg(sizes)), tf.less(places, sizes)),
    places.rank - 1,
  );
  const found = tf.gatherND(values, places);
  const spread = [...outer, ...values.shape.slice(depth).map(() => 1)];
  return tf.where(tf.reshape(isInside, spread), found, tf.zerosLike(found));
}
