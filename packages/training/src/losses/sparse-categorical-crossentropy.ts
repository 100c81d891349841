// Sparse categorical cross-entropy, for integer labels.
import * as tf from '@tensorflow/tfjs-core';
import { booleanOption, integerOption, orNull, withOptions, type GivenOptions } from '@lamella/core';
import { formatShape, sameShape, shapeMismatch } from '@lamella/program';
import { logProbabilities } from './categorical-crossentropy.js';
import { keptUnless, Loss, type LossOptions } from './loss.js';

const options = {
  /** Whether predictions are logits rather than probabilities. Default false. */
  fromLogits: booleanOption(false),
  /** A label whose samples do not count. Default null. */
  ignoreClass: orNull(integerOption()),
  /** Where the classes are. Default -1. */
  axis: keptUnless(-1, integerOption()),
};

/** The options of {@link SparseCategoricalCrossentropy}. */
export type SparseCategoricalCrossentropyOptions = LossOptions & GivenOptions<typeof options>;

/** Minus the log of the labels' probabilities; 0 for ignored ones. Shapes: labels [batch, ...], predictions [batch, ..., classes] -> [batch, ...]. */
export function sparseCategoricalCrossentropyOf(
  yTrue: tf.Tensor,
  yPred: tf.Tensor,
  given: SparseCategoricalCrossentropyOptions = {},
  subject = 'sparse_categorical_crossentropy',
): tf.Tensor {
  const { fromLogits = false, ignoreClass = null, axis = -1 } = given;
  const last = axis < 0 ? yPred.rank + axis : axis;
  const labels = labelsOf(yTrue, yPred, last, subject);
  // A label that is no class has a one-hot of zeros: it costs nothing, as an ignored class should.
  const oneHot = alongAxis(tf.oneHot(labels, yPred.shape[last]!), last);
  const loss = tf.neg(tf.sum(tf.mul(oneHot, logProbabilities(yPred, last, fromLogits)), last));
  const valid = counted(labels, ignoreClass);
  return valid === null ? loss : tf.where(valid, loss, tf.zerosLike(loss));
}

/** Source: keras.losses.SparseCategoricalCrossentropy. */
export class SparseCategoricalCrossentropy extends withOptions(Loss, options) {
  static readonly className = 'SparseCategoricalCrossentropy';

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return sparseCategoricalCrossentropyOf(yTrue, yPred, this, this.label);
  }

  override takesLabels(): boolean {
    return true;
  }

  override get ignoredLabel(): number | null {
    return this.ignoreClass;
  }

  protected override validMask(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor | null {
    return validLabels(yTrue, yPred, this, this.label);
  }
}

/** Which labels are not of the ignored class; null where none is ignored. */
export function validLabels(
  yTrue: tf.Tensor,
  yPred: tf.Tensor,
  { ignoreClass, axis }: { readonly ignoreClass: number | null; readonly axis: number },
  subject: string,
): tf.Tensor | null {
  if (ignoreClass === null) return null;
  const classes = axis < 0 ? yPred.rank + axis : axis;
  return counted(labelsOf(yTrue, yPred, classes, subject), ignoreClass);
}

/** Creates a {@link SparseCategoricalCrossentropy}. */
export function sparseCategoricalCrossentropy(
  given: SparseCategoricalCrossentropyOptions = {},
): SparseCategoricalCrossentropy {
  return new SparseCategoricalCrossentropy(given);
}

/** The labels as int32, without an axis of size 1 in the place of the classes. */
export function labelsOf(yTrue: tf.Tensor, yPred: tf.Tensor, classAxis: number, subject: string): tf.Tensor {
  const wanted = yPred.shape.filter((_, axis) => axis !== classAxis);
  const given =
    yTrue.rank === yPred.rank && yTrue.shape[classAxis] === 1 ? tf.squeeze(yTrue, [classAxis]) : yTrue;
  if (!sameShape(given.shape, wanted)) {
    throw shapeMismatch(
      subject,
      `expected integer labels of shape ${formatShape(wanted)}, got ${formatShape(yTrue.shape)}`,
      'pass one integer a sample, or use categorical_crossentropy for one-hot targets',
    );
  }
  return tf.cast(given, 'int32');
}

function counted(labels: tf.Tensor, ignoreClass: number | null): tf.Tensor | null {
  return ignoreClass === null ? null : tf.notEqual(labels, tf.scalar(ignoreClass, 'int32'));
}

/** Moves the last axis to `axis`. */
function alongAxis(oneHot: tf.Tensor, axis: number): tf.Tensor {
  const last = oneHot.rank - 1;
  if (axis === last) return oneHot;
  const order = Array.from({ length: last }, (_, i) => i);
  order.splice(axis, 0, last);
  return tf.transpose(oneHot, order);
}
