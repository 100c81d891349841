// CTC: the likelihood of label sequences, however they spread over the steps.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions } from '@lamella/core';
import { formatShape, scan, shapeMismatch } from '@lamella/program';
import { logProbabilities } from './categorical-crossentropy.js';
import { Loss, type LossOptions } from './loss.js';

/** What stands for the logarithm of 0. */
const never = -1e5;

/**
 * Connectionist temporal classification. Class 0 is the blank: labels of 0 are padding, and all steps of the predictions, which are
 * logits, count. Shapes: labels [batch, length], predictions [batch, steps, classes] -> [batch].
 * Throws: SHAPE_MISMATCH, also for labels that are longer than the predictions have steps.
 * Source: Graves et al., 2006; keras.losses.CTC.
 */
export class CTC extends withOptions(Loss, {}) {
  static readonly className = 'CTC';

  constructor(options: LossOptions = {}) {
    super({ name: 'ctc', ...options });
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const [batch = 0, length = 0] = yTrue.shape;
    const [, steps = 0, classes = 0] = yPred.shape;
    if (yTrue.rank !== 2 || yPred.rank !== 3 || yPred.shape[0] !== batch || length === 0 || length > steps)
      throw shapeMismatch(
        this.label,
        `expected labels [batch, length] no longer than the steps of predictions [batch, steps, classes], got ${formatShape(yTrue.shape)} and ${formatShape(yPred.shape)}`,
        'shorten the labels, or let the model give more steps',
      );
    const labels = tf.cast(yTrue, 'int32');
    // A blank before, between and after the labels.
    const states = 2 * length + 1;
    const spread = tf.reshape(tf.stack([tf.zerosLike(labels), labels], 2), [batch, 2 * length]);
    const path = tf.concat([spread, tf.zeros([batch, 1], 'int32')], 1);
    const log = logProbabilities(yPred, 2, true);
    const emitted = tf.matMul(log, tf.cast(tf.oneHot(path, classes), 'float32'), false, true);
    const start = tf.where(
      tf.less(tf.range(0, states, 1, 'int32'), tf.scalar(2, 'int32')),
      tf.squeeze(tf.slice(emitted, [0, 0, 0], [batch, 1, states]), [1]),
      tf.fill([batch, states], never),
    );
    const canSkip = this.skips(labels);
    const [last] = scan(
      (alpha: tf.Tensor, emission: tf.Tensor) => {
        const skipped = tf.where(canSkip, shifted(alpha, 2), tf.fill([batch, states], never));
        return [tf.add(logAdd(logAdd(alpha, shifted(alpha, 1)), skipped), emission), null];
      },
      start,
      tf.slice(tf.transpose(emitted, [1, 0, 2]), [1, 0, 0], [steps - 1, batch, states]),
    );
    const ends = tf.mul(
      tf.sum(tf.cast(tf.notEqual(labels, tf.scalar(0, 'int32')), 'int32'), 1),
      tf.scalar(2, 'int32'),
    );
    const at = (state: tf.Tensor): tf.Tensor => tf.sum(tf.mul(last, tf.oneHot(state, states)), 1);
    const atBlank = at(ends);
    const hasLabel = tf.greater(ends, tf.scalar(0, 'int32'));
    const atLabel = tf.where(hasLabel, at(tf.sub(ends, tf.scalar(1, 'int32'))), tf.fill([batch], never));
    return tf.neg(logAdd(atBlank, atLabel));
  }

  /** Which states may be reached from two before: labels that differ from the one before them. */
  private skips(labels: tf.Tensor): tf.Tensor {
    const [batch = 0, length = 0] = labels.shape;
    const blanks = tf.zeros([batch, length], 'int32');
    const before = tf.slice(labels, [0, 0], [batch, length - 1]);
    const differs = tf.cast(tf.notEqual(before, tf.slice(labels, [0, 1], [batch, length - 1])), 'int32');
    const ofLabels = tf.concat([tf.zeros([batch, 1], 'int32'), differs], 1);
    const spread = tf.reshape(tf.stack([blanks, ofLabels], 2), [batch, 2 * length]);
    return tf.cast(tf.concat([spread, tf.zeros([batch, 1], 'int32')], 1), 'bool');
  }
}

function logAdd(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const difference = tf.neg(tf.abs(tf.sub(a, b)));
  return tf.add(tf.maximum(a, b), tf.log1p(tf.exp(difference)));
}

/** Each state's value `by` states before. */
function shifted(alpha: tf.Tensor, by: number): tf.Tensor {
  const [batch = 0, states = 0] = alpha.shape;
  const kept = Math.max(0, states - by);
  const before = tf.fill([batch, states - kept], never);
  return kept === 0 ? before : tf.concat([before, tf.slice(alpha, [0, 0], [batch, kept])], 1);
}

/** Creates a {@link CTC}. */
export function ctc(options: LossOptions = {}): CTC {
  return new CTC(options);
}
