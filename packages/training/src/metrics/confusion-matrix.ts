// What is counted of predictions against thresholds: right and wrong, positive and negative.
import * as tf from '@tensorflow/tfjs-core';
import { optionInvalid, option, orNull } from '@lamella/core';
import { formatShape, shapeMismatch } from '@lamella/program';
import { align } from '../losses/align.js';
import { product } from '../losses/reduce.js';

/** Below all predictions: what stands for one that is not among the largest. */
const belowAll = -1e10;

/** What and how {@link confusionCounts} counts. */
export interface ConfusionOptions {
  /** Predictions above a threshold are positive. */
  readonly thresholds: readonly number[];
  /** Whether the first threshold lies below and the last above all predictions: -epsilon and 1 + epsilon. */
  readonly hasOpenEnds?: boolean;
  /** Only so many of the largest predictions of a sample count as they are. */
  readonly topK?: number | null;
  /** Only this class counts. */
  readonly classId?: number | null;
  /** Whether each class is counted by itself. */
  readonly perClass?: boolean;
  /** A weight for each class, where they are not counted each by itself. */
  readonly labelWeights?: readonly number[] | null;
}

/** Weighted counts. Shapes: [thresholds], or [thresholds, classes] where each class is counted by itself. */
export interface ConfusionCounts {
  readonly truePositives: tf.Tensor;
  readonly falsePositives: tf.Tensor;
  readonly trueNegatives: tf.Tensor;
  readonly falseNegatives: tf.Tensor;
}

/** Counts one batch. Throws: SHAPE_MISMATCH. Source: keras' metrics_utils.update_confusion_matrix_variables. */
export function confusionCounts(
  yTrue: tf.Tensor,
  yPred: tf.Tensor,
  sampleWeight: tf.Tensor | null,
  mask: tf.Tensor | null,
  options: ConfusionOptions,
  subject: string,
): ConfusionCounts {
  const { thresholds, hasOpenEnds = false, topK = null, classId = null, perClass = false } = options;
  const [aligned, given] = align(yTrue, yPred, subject);
  let target = tf.cast(tf.notEqual(tf.broadcastTo(aligned, given.shape), 0), 'float32');
  let prediction = topK === null ? given : largestOnly(given, topK);
  const weight = product(sampleWeight, mask, given);
  let weights = weight === null ? null : tf.broadcastTo(weight, given.shape);
  if (classId !== null) {
    [target, prediction] = [ofClass(target, classId, subject), ofClass(prediction, classId, subject)];
    weights = weights && ofClass(weights, classId, subject);
  }
  const { labelWeights = null } = options;
  if (labelWeights !== null) weights = tf.mul(weights ?? tf.onesLike(target), tf.tensor1d([...labelWeights]));
  // One row for each class, or one for all; a column of thresholds against them.
  const rows = (x: tf.Tensor): tf.Tensor => (perClass ? tf.transpose(x) : tf.reshape(x, [1, -1]));
  const isPositive = above(rows(prediction), thresholds, hasOpenEnds);
  const weighted = (x: tf.Tensor): tf.Tensor => rows(weights === null ? x : tf.mul(x, weights));
  const [trues, falses] = [weighted(target), weighted(tf.sub(1, target))];
  const counted = (x: tf.Tensor): tf.Tensor =>
    shaped(tf.matMul(isPositive, tf.expandDims(x, -1)), perClass, thresholds.length);
  const rest = (all: tf.Tensor, part: tf.Tensor): tf.Tensor =>
    tf.sub(perClass ? tf.sum(all, 1) : tf.sum(all), part);
  const [truePositives, falsePositives] = [counted(trues), counted(falses)];
  return {
    truePositives,
    falsePositives,
    trueNegatives: rest(falses, falsePositives),
    falseNegatives: rest(trues, truePositives),
  };
}

/** 1 where a prediction lies above a threshold. Shapes: [rows, n] -> [rows, thresholds, n]. */
function above(prediction: tf.Tensor, thresholds: readonly number[], hasOpenEnds: boolean): tf.Tensor {
  const column = tf.expandDims(prediction, 1);
  const last = thresholds.length - 1;
  if (!isEven(thresholds))
    return tf.cast(tf.greater(column, tf.tensor2d([...thresholds], [last + 1, 1])), 'float32');
  // As Keras does with thresholds at even distances, which then are whole numbers and exact.
  const steps = thresholds.map((_, i) => (i === 0 && hasOpenEnds ? -1 : i));
  const scaled = tf.mul(tf.clipByValue(column, 0, 1), last);
  return tf.cast(tf.greater(scaled, tf.tensor2d(steps, [last + 1, 1])), 'float32');
}

function isEven(thresholds: readonly number[]): boolean {
  const last = thresholds.length - 1;
  return last >= 2 && thresholds.every((value, i) => Math.abs(value - i / last) <= 1e-7 + 1e-5 * (i / last));
}

function shaped(counts: tf.Tensor, perClass: boolean, thresholds: number): tf.Tensor {
  return perClass ? tf.transpose(tf.squeeze(counts, [2])) : tf.reshape(counts, [thresholds]);
}

function largestOnly(x: tf.Tensor, k: number): tf.Tensor {
  const classes = x.shape[x.rank - 1]!;
  const { indices } = tf.topk(x, Math.min(k, classes));
  const isLargest = tf.sum(tf.cast(tf.oneHot(indices, classes), 'float32'), -2);
  return tf.add(tf.mul(x, isLargest), tf.mul(tf.sub(1, isLargest), belowAll));
}

function ofClass(x: tf.Tensor, classId: number, subject: string): tf.Tensor {
  const classes = x.shape[x.rank - 1];
  if (x.rank < 2 || classId >= classes!)
    throw shapeMismatch(
      subject,
      `expected predictions [batch, ..., classes] with a class ${classId}, got ${formatShape(x.shape)}`,
      'give a classId below the number of classes',
    );
  const from = x.shape.map((_, axis) => (axis === x.rank - 1 ? classId : 0));
  return tf.slice(x, from, [...x.shape.slice(0, -1), 1]);
}

const isShare = (value: unknown): boolean => typeof value === 'number' && value >= 0 && value <= 1;

/** A threshold, a list of them, or null for the default. */
export function thresholdsOption(): ReturnType<
  typeof orNull<number | readonly number[], number | readonly number[]>
> {
  return orNull(
    option<number | readonly number[]>({
      check: (subject, name, given) => {
        const list = [given].flat();
        if (list.length > 0 && list.every(isShare)) return given as number | readonly number[];
        throw optionInvalid(subject, name, 'a number from 0 to 1, or a list of them', given);
      },
      isFloat: true,
    }),
  );
}

/** The thresholds of an option of {@link thresholdsOption}. By default 0.5, or below all where the largest predictions count. */
export function thresholdsOf(
  given: number | readonly number[] | null,
  topK: number | null = null,
): readonly number[] {
  return given === null ? [topK === null ? 0.5 : belowAll] : [given].flat();
}

/** So many thresholds at even distances from 0 to 1; one alone is 0.5. */
export function evenThresholds(count: number): readonly number[] {
  return count === 1 ? [0.5] : Array.from({ length: count }, (_, i) => i / (count - 1));
}
