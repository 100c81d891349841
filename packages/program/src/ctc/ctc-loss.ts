// ctcLoss(): how unlikely label sequences are, however they spread over the steps. For losses, Lambdas and operations.
import * as tf from '@tensorflow/tfjs-core';
import { scan } from '../control-flow/scan.js';
import { shapeMismatch } from '../errors.js';
import { formatShape } from '../shape.js';
import { blankOf, lengthsOf, logAdd, logSoftmax, stepsOn, type Lengths } from './sequences.js';

/** What stands for the logarithm of 0. */
const never = -1e5;

/**
 * Minus the logarithm of the likelihood of the labels `target` under the logits `output`, for each example, of which as many labels
 * and steps count as its lengths say; null for all. Class `maskIndex`, by default 0, is the blank between labels.
 * Source: keras.ops.ctc_loss; Graves et al., 2006.
 * Shapes: target [batch, labels], output [batch, steps, classes], lengths [batch] to [batch].
 * Throws: SHAPE_MISMATCH, also for more labels than steps and for a blank that is no class.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { ctcLoss } from '@lamella/program';
 *
 * const unlikely = (labels: tf.Tensor, logits: tf.Tensor) => ctcLoss(labels, logits, [2, 1], null);
 */
export function ctcLoss(
  target: tf.Tensor,
  output: tf.Tensor,
  targetLength: Lengths,
  outputLength: Lengths,
  { maskIndex = 0 }: { readonly maskIndex?: number } = {},
  subject = 'ctcLoss',
): tf.Tensor {
  const [batch = 0, length = 0] = target.shape;
  const [, steps = 0, classes = 0] = output.shape;
  if (target.rank !== 2 || output.rank !== 3 || output.shape[0] !== batch || length === 0 || length > steps)
    throw shapeMismatch(
      subject,
      `expected labels [batch, length] no longer than the steps of predictions [batch, steps, classes], got ${formatShape(target.shape)} and ${formatShape(output.shape)}`,
      'shorten the labels, or let the model give more steps',
    );
  const blank = blankOf(subject, maskIndex, classes);
  const counts = lengthsOf(subject, 'labels', targetLength, batch, length);
  const stepCounts = lengthsOf(subject, 'steps', outputLength, batch, steps);
  requireFewer(subject, targetLength, outputLength);

  const labels = tf.cast(target, 'int32');
  const log = logSoftmax(output);
  const ofBlank = tf.slice(log, [0, 0, blank], [batch, steps, 1]);
  // A blank before, between and after the labels.
  const states = 2 * length + 1;
  const between = tf.mul(ofBlank, tf.fill([1, 1, length], 1));
  const spread = tf.stack([between, tf.gather(log, labels, 2, 1)], 3);
  const emitted = tf.concat([tf.reshape(spread, [batch, steps, 2 * length]), ofBlank], 2);
  const nothing = tf.fill([batch, states], never);
  const start = tf.where(
    tf.less(tf.range(0, states, 1, 'int32'), tf.scalar(2, 'int32')),
    tf.squeeze(tf.slice(emitted, [0, 0, 0], [batch, 1, states]), [1]),
    nothing,
  );
  const canSkip = skips(labels);
  const [last] = scan(
    (alpha: tf.Tensor, emission: tf.Tensor) => {
      const skipped = tf.where(canSkip, shifted(alpha, 2), nothing);
      return [tf.add(logAdd(logAdd(alpha, shifted(alpha, 1)), skipped), emission), null];
    },
    start,
    tf.slice(tf.transpose(emitted, [1, 0, 2]), [1, 0, 0], [steps - 1, batch, states]),
    outputLength === null ? {} : { mask: tf.transpose(stepsOn(stepCounts, 1, steps)) },
  );
  const ends = tf.mul(counts, tf.scalar(2, 'int32'));
  const at = (state: tf.Tensor): tf.Tensor => tf.sum(tf.mul(last, tf.oneHot(state, states)), 1);
  const hasLabel = tf.greater(ends, tf.scalar(0, 'int32'));
  const atLabel = tf.where(hasLabel, at(tf.sub(ends, tf.scalar(1, 'int32'))), tf.fill([batch], never));
  return tf.neg(logAdd(at(ends), atLabel));
}

/** Throws: SHAPE_MISMATCH, where both lengths are numbers. */
function requireFewer(subject: string, labels: Lengths, steps: Lengths): void {
  if (!Array.isArray(labels) || !Array.isArray(steps)) return;
  const example = labels.findIndex((count: number, i) => count > (steps as readonly number[])[i]!);
  if (example >= 0)
    throw shapeMismatch(
      subject,
      `expected no more labels than steps, got ${labels[example]} labels and ${steps[example]} steps of example ${example}`,
    );
}

/** Which states may be reached from two before: labels that differ from the one before them. */
function skips(labels: tf.Tensor): tf.Tensor {
  const [batch = 0, length = 0] = labels.shape;
  const blanks = tf.fill([batch, length], 0, 'int32');
  const before = tf.slice(labels, [0, 0], [batch, length - 1]);
  const differs = tf.cast(tf.notEqual(before, tf.slice(labels, [0, 1], [batch, length - 1])), 'int32');
  const ofLabels = tf.concat([tf.fill([batch, 1], 0, 'int32'), differs], 1);
  const spread = tf.reshape(tf.stack([blanks, ofLabels], 2), [batch, 2 * length]);
  return tf.cast(tf.concat([spread, tf.fill([batch, 1], 0, 'int32')], 1), 'bool');
}

/** Each state's value `by` states before. */
function shifted(alpha: tf.Tensor, by: number): tf.Tensor {
  const [batch = 0, states = 0] = alpha.shape;
  const kept = Math.max(0, states - by);
  const before = tf.fill([batch, states - kept], never);
  return kept === 0 ? before : tf.concat([before, tf.slice(alpha, [0, 0], [batch, kept])], 1);
}
