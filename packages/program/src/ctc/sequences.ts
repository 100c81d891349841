// What the functions of connectionist temporal classification share: lengths, blanks, and numbers as logarithms.
import * as tf from '@tensorflow/tfjs-core';
import { shapeMismatch } from '../errors.js';
import { formatShape } from '../shape.js';

/** How much of each example counts: as a tensor, as numbers, or null for all of it. */
export type Lengths = tf.Tensor | readonly number[] | null;

/** Lengths as a tensor of integers. Throws: SHAPE_MISMATCH, and where they are numbers for those beyond `most`. */
export function lengthsOf(
  subject: string,
  what: string,
  given: Lengths,
  batch: number,
  most: number,
): tf.Tensor {
  if (given === null) return tf.fill([batch], most, 'int32');
  const tensor = given instanceof tf.Tensor ? given : tf.tensor1d([...given], 'int32');
  if (tensor.rank !== 1 || tensor.shape[0] !== batch)
    throw shapeMismatch(
      subject,
      `expected a number of ${what} for each of ${batch} examples, got ${formatShape(tensor.shape)}`,
    );
  const wrong = given instanceof tf.Tensor ? undefined : given.find((length) => length < 0 || length > most);
  if (wrong !== undefined)
    throw shapeMismatch(subject, `expected numbers of ${what} from 0 to ${most}, got ${wrong}`);
  return tf.cast(tensor, 'int32');
}

/** The class that stands for no label; counted from the last one where it is negative. Throws: SHAPE_MISMATCH. */
export function blankOf(subject: string, maskIndex: number, classes: number): number {
  const blank = maskIndex < 0 ? maskIndex + classes : maskIndex;
  if (Number.isInteger(blank) && blank >= 0 && blank < classes) return blank;
  throw shapeMismatch(subject, `expected a blank among ${classes} classes, got maskIndex ${maskIndex}`);
}

/** The logarithms of the classes' probabilities. */
export function logSoftmax(logits: tf.Tensor): tf.Tensor {
  const x = logits.dtype === 'float32' ? logits : tf.cast(logits, 'float32');
  const shifted = tf.sub(x, tf.max(x, -1, true));
  return tf.sub(shifted, tf.log(tf.sum(tf.exp(shifted), -1, true)));
}

/** The logarithm of the sum of what two logarithms stand for. */
export function logAdd(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const difference = tf.neg(tf.abs(tf.sub(a, b)));
  return tf.add(tf.maximum(a, b), tf.log1p(tf.exp(difference)));
}

/** Which steps of each example count. Shapes: [batch, steps]. */
export function stepsOn(lengths: tf.Tensor, from: number, to: number): tf.Tensor {
  return tf.less(tf.range(from, to, 1, 'int32'), tf.expandDims(lengths, 1));
}
