// Activation functions of whole rows: each value depends on the others along an axis.
import * as tf from '@tensorflow/tfjs-core';
import { optionInvalid } from '@lamella/core';
import { axesOf } from '../options/axes.js';

/** exp(x) over its sum along `axis`, or along several at once. Source: keras.activations.softmax. Throws: OPTION_INVALID. */
export function softmax(x: tf.Tensor, axis: number | readonly number[] = -1): tf.Tensor {
  return withAxesLast('softmax', x, axis, (rows) => tf.softmax(rows));
}

/** The logarithm of the softmax. Source: keras.activations.log_softmax. Throws: OPTION_INVALID. */
export function logSoftmax(x: tf.Tensor, axis = -1): tf.Tensor {
  return withAxesLast('logSoftmax', x, axis, (rows) => tf.logSoftmax(rows));
}

/**
 * x less a threshold, where that is positive. Keras' threshold is not that of Martins and Astudillo (2016) where more
 * than one value remains: it sums the cumulative sums. It is kept, for models trained with it.
 * Source: keras.activations.sparsemax. Throws: OPTION_INVALID.
 */
export function sparsemax(x: tf.Tensor, axis = -1): tf.Tensor {
  return withAxesLast('sparsemax', x, axis, (rows) => {
    const size = rows.shape[rows.rank - 1]!;
    const sorted = tf.topk(rows, size, true).values;
    const sums = tf.cumsum(sorted, rows.rank - 1);
    const support = tf.greater(tf.sub(sorted, tf.div(tf.sub(sums, 1), tf.range(1, size + 1))), 0);
    const count = tf.sum(tf.cast(support, 'float32'), -1, true);
    const kept = tf.sum(tf.where(support, sums, tf.zerosLike(sums)), -1, true);
    return tf.relu(tf.sub(rows, tf.div(tf.sub(kept, 1), count)));
  });
}

/** The first half along `axis` times the sigmoid of the second. Source: keras.activations.glu. Throws: OPTION_INVALID. */
export function glu(x: tf.Tensor, axis = -1): tf.Tensor {
  const [found] = axesOf('glu', 'axis', axis, x.shape);
  if (x.shape[found!]! % 2 !== 0) throw optionInvalid('glu', 'axis', 'an axis of even size', axis);
  const [values, gates] = tf.split(x, 2, found);
  return tf.mul(values!, tf.sigmoid(gates!));
}

/** Brings the axes to the end as one, runs `fn`, and puts them back; the last axis alone stays where it is. */
function withAxesLast(
  subject: string,
  x: tf.Tensor,
  axis: number | readonly number[],
  fn: (rows: tf.Tensor) => tf.Tensor,
): tf.Tensor {
  const axes = axesOf(subject, 'axis', axis, x.shape);
  const others = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const order = [...others, ...axes];
  const inOrder = order.every((from, to) => from === to);
  const moved = inOrder ? x : tf.transpose(x, order);
  const merged =
    axes.length === 1
      ? moved
      : tf.reshape(moved, [
          ...others.map((i) => x.shape[i]!),
          axes.reduce((size, i) => size * x.shape[i]!, 1),
        ]);
  const result = fn(merged);
  const split = axes.length === 1 ? result : tf.reshape(result, moved.shape);
  return inOrder
    ? split
    : tf.transpose(
        split,
        order.map((_, to) => order.indexOf(to)),
      );
}
