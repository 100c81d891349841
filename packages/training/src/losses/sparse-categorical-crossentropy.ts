// Sparse categorical cross-entropy, for integer labels.
import * as tf from '@tensorflow/tfjs-core';
import type { Config } from '@lamella/core';
import { formatShape, shapeMismatch } from '@lamella/program';
import { logProbabilities } from './categorical-crossentropy.js';
import { Loss, type LossOptions } from './loss.js';

export interface SparseCategoricalCrossentropyOptions extends LossOptions {
  readonly fromLogits?: boolean;
  /** A label whose samples do not count. */
  readonly ignoreClass?: number | null;
  readonly axis?: number;
}

/** Minus the log of the labels' probabilities. Shapes: labels [batch, ...], predictions [batch, ..., classes] -> [batch, ...]. */
export function sparseCategoricalCrossentropyOf(
  yTrue: tf.Tensor,
  yPred: tf.Tensor,
  options: SparseCategoricalCrossentropyOptions = {},
): tf.Tensor {
  const { fromLogits = false, ignoreClass = null, axis = -1 } = options;
  const last = axis < 0 ? yPred.rank + axis : axis;
  const classes = yPred.shape[last]!;
  const labels = tf.cast(alignLabels(yTrue, yPred, last), 'int32');
  const picked = tf.sum(tf.mul(tf.oneHot(labels, classes), logProbabilities(yPred, last, fromLogits)), last);
  const loss = tf.neg(picked);
  return ignoreClass === null
    ? loss
    : tf.mul(loss, tf.cast(tf.notEqual(labels, tf.scalar(ignoreClass, 'int32')), 'float32'));
}

function alignLabels(yTrue: tf.Tensor, yPred: tf.Tensor, last: number): tf.Tensor {
  const wanted = yPred.shape.filter((_, axis) => axis !== last);
  if (yTrue.rank === wanted.length && yTrue.shape.every((size, i) => size === wanted[i])) return yTrue;
  if (yTrue.rank === yPred.rank && yTrue.shape[yTrue.rank - 1] === 1)
    return alignLabels(tf.reshape(yTrue, yTrue.shape.slice(0, -1)), yPred, last);
  throw shapeMismatch(
    'sparse_categorical_crossentropy',
    `expected integer labels of shape ${formatShape(wanted)}, got ${formatShape(yTrue.shape)}`,
    'pass one integer a sample, or use categorical_crossentropy for one-hot targets',
  );
}

/** Source: keras.losses.SparseCategoricalCrossentropy. */
export class SparseCategoricalCrossentropy extends Loss {
  static readonly className = 'SparseCategoricalCrossentropy';
  private readonly crossentropy: {
    readonly fromLogits: boolean;
    readonly ignoreClass: number | null;
    readonly axis: number;
  };

  constructor(options: SparseCategoricalCrossentropyOptions = {}) {
    super('sparse_categorical_crossentropy', options);
    const { fromLogits = false, ignoreClass = null, axis = -1 } = options;
    this.crossentropy = { fromLogits, ignoreClass, axis };
  }

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return sparseCategoricalCrossentropyOf(yTrue, yPred, this.crossentropy);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), ...this.crossentropy };
  }
}

/** Creates a {@link SparseCategoricalCrossentropy}. */
export function sparseCategoricalCrossentropy(
  options: SparseCategoricalCrossentropyOptions = {},
): SparseCategoricalCrossentropy {
  return new SparseCategoricalCrossentropy(options);
}
