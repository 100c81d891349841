// Scaled dot-product attention of heads: what each query finds, under masks, along any axes. Not here: projections.
import type { Mask } from '@lamella/core';
import {
  formatShape,
  random,
  shapeMismatch,
  sizeOf,
  withFullPrecision,
  type FloatDType,
  type SymbolicShape,
} from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { allOf } from './attention-masks.js';

/** Shapes: [batch, ..., heads, size]. */
export interface Projected {
  readonly query: tf.Tensor;
  readonly key: tf.Tensor;
  readonly value: tf.Tensor;
}

export interface AttendOptions {
  /** How errors name the layer. */
  readonly subject: string;
  /** The axes along which queries look for keys. */
  readonly axes: readonly number[];
  /** What may be seen. Shapes: [batch, ..., queries, keys], each such size for each of the axes. */
  readonly masks: readonly Mask[];
  readonly dtype: FloatDType;
  /** Whether scores are in float32, and a query that sees nothing takes all alike instead of nothing. */
  readonly isFused: boolean;
  readonly dropout: number;
  readonly seed: number | null;
}

/**
 * softmax(query · key / sqrt(size)) · value for each head; a head of key and value may serve several of the query.
 * Shapes: to [batch, ..., heads, size] and scores [batch, ..., heads, queries, keys].
 * Source: Vaswani and others (2017), equation 1.
 */
export function attend(
  { query, key, value }: Projected,
  options: AttendOptions,
): [found: tf.Tensor, scores: tf.Tensor] {
  const { axes, dropout, seed, isFused } = options;
  const rest = query.shape
    .map((_, axis) => axis)
    .slice(0, -1)
    .filter((axis) => !axes.includes(axis));
  const order = [...rest, ...axes, query.rank - 1];
  const [q, k, v] = [query, key, value].map((x) => tf.transpose(x, order)) as [
    tf.Tensor,
    tf.Tensor,
    tf.Tensor,
  ];
  const outer = k.shape.slice(0, rest.length);
  const matrix = (x: tf.Tensor): tf.Tensor =>
    tf.reshape(x, [...outer, sizeOf(x.shape) / sizeOf(outer) / x.shape.at(-1)!, x.shape.at(-1)!]);
  const shape = scoresShape(query.shape, key.shape, axes) as number[];
  const scaled = (): tf.Tensor => tf.mul(matrix(q), 1 / Math.sqrt(q.shape.at(-1)!));
  const shared = (): tf.Tensor => shares(tf.matMul(scaled(), matrix(k), false, true), shape, options);
  const scores = isFused ? withFullPrecision(shared) : shared();
  const kept = random.dropout(scores, dropout, seed === null ? {} : { seed });
  const found = tf.reshape(tf.matMul(kept, matrix(v)), [...q.shape.slice(0, -1), v.shape.at(-1)!]);
  const back = order.map((_, axis) => order.indexOf(axis));
  return [tf.transpose(found, back), tf.reshape(scores, shape)];
}

/** The softmax of scores [..., queries, keys] under the masks, which go by `shape`. */
function shares(
  scores: tf.Tensor,
  shape: number[],
  { subject, axes, masks, dtype, isFused }: AttendOptions,
): tf.Tensor {
  const seen = allOf(masks.map((mask) => mask && spread(subject, mask, shape, axes.length)));
  if (seen === null) return tf.softmax(scores);
  // Keras' numbers for what is not seen.
  const far = isFused ? -0.7 * 3.4028234663852886e38 : dtype === 'float16' ? -3e4 : -1e9;
  const full = tf.reshape(scores, shape);
  const hidden = tf.reshape(tf.where(seen, full, tf.fill(shape, far)), scores.shape);
  const found = tf.softmax(hidden);
  if (isFused) return found;
  return tf.reshape(tf.where(seen, tf.reshape(found, shape), tf.fill(shape, 0)), scores.shape);
}

/** A mask with sizes of 1 between the batch and the positions, for heads and what else it does not say. */
function spread(subject: string, mask: tf.Tensor, shape: readonly number[], axes: number): tf.Tensor {
  const bool = mask.dtype === 'bool' ? mask : tf.cast(mask, 'bool');
  return tf.reshape(bool, maskSizes(subject, mask.shape, shape, axes) as number[]);
}

/** The sizes of a mask beside scores of this shape. Throws: SHAPE_MISMATCH where it does not broadcast to them. */
export function maskSizes(
  subject: string,
  mask: SymbolicShape,
  scores: SymbolicShape,
  axes: number,
): SymbolicShape {
  const place = mask.length - 2 * axes;
  const missing = Array<number>(Math.max(0, scores.length - mask.length)).fill(1);
  const sizes = [...mask.slice(0, Math.max(0, place)), ...missing, ...mask.slice(Math.max(0, place))];
  const fits = (size: number | null, i: number): boolean =>
    size === 1 || size === null || scores[i] === null || size === scores[i];
  if (place >= 0 && sizes.length === scores.length && sizes.every(fits)) return sizes;
  throw shapeMismatch(
    subject,
    `expected a mask that broadcasts to the scores ${formatShape(scores)}, got ${formatShape(mask)}`,
  );
}

/** The shape of scores. Shapes: of query and key [batch, ..., heads, size]. */
export function scoresShape(
  query: SymbolicShape,
  key: SymbolicShape,
  axes: readonly number[],
): SymbolicShape {
  const outer = query.slice(0, -1).filter((_, axis) => !axes.includes(axis));
  return [...outer, ...axes.map((axis) => query[axis]!), ...axes.map((axis) => key[axis]!)];
}
