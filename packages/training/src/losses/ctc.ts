// CTC: the likelihood of label sequences, however they spread over the steps.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions } from '@lamella/core';
import { ctcLoss } from '@lamella/program';
import { Loss, type LossOptions } from './loss.js';

/**
 * Connectionist temporal classification. Class 0 is the blank: labels of 0 are padding, and all steps of the predictions, which are
 * logits, count. Shapes: labels [batch, length], predictions [batch, steps, classes] -> [batch].
 * Throws: SHAPE_MISMATCH, also for labels that are longer than the predictions have steps; INDEX_OUT_OF_RANGE for labels that are no classes.
 * Source: Graves et al., 2006; keras.losses.CTC.
 */
export class CTC extends withOptions(Loss, {}) {
  static readonly className = 'CTC';

  constructor(options: LossOptions = {}) {
    super({ name: 'ctc', ...options });
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    const isLabel = tf.notEqual(yTrue, tf.scalar(0, yTrue.dtype as 'int32'));
    const counts = yTrue.rank === 2 ? tf.sum(tf.cast(isLabel, 'int32'), 1) : null;
    return ctcLoss(yTrue, yPred, counts, null, {}, this.label);
  }
}

/** Creates a {@link CTC}. */
export function ctc(options: LossOptions = {}): CTC {
  return new CTC(options);
}
