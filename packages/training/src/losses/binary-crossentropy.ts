// Binary cross-entropy, for targets of 0 and 1.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions } from '@lamella/core';
import { align } from './align.js';
import { crossentropyOptions, smoothed, type CrossentropyOptions } from './categorical-crossentropy.js';
import { epsilon } from './epsilon.js';
import { Loss } from './loss.js';

/** The mean over the last axis of each element's cross-entropy. Shapes: [batch, ..., d] -> [batch, ...]. */
export function binaryCrossentropyOf(
  yTrue: tf.Tensor,
  yPred: tf.Tensor,
  options: CrossentropyOptions = {},
  subject = 'binary_crossentropy',
): tf.Tensor {
  const { fromLogits = false, labelSmoothing = 0, axis = -1 } = options;
  const [given, prediction] = align(yTrue, yPred, subject);
  const target = smoothed(given, labelSmoothing, 2);
  return tf.mean(fromLogits ? ofLogits(target, prediction) : ofProbabilities(target, prediction), axis);
}

function ofProbabilities(target: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
  const p = tf.clipByValue(yPred, epsilon, 1 - epsilon);
  const positive = tf.mul(target, tf.log(p));
  const negative = tf.mul(tf.sub(1, target), tf.log(tf.sub(1, p)));
  return tf.neg(tf.add(positive, negative));
}

/** max(z, 0) - z t + log(1 + exp(-|z|)), which overflows for no logit. */
function ofLogits(target: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  return tf.add(tf.sub(tf.relu(logits), tf.mul(logits, target)), tf.log1p(tf.exp(tf.neg(tf.abs(logits)))));
}

/** Source: keras.losses.BinaryCrossentropy. */
export class BinaryCrossentropy extends withOptions(Loss, crossentropyOptions) {
  static readonly className = 'BinaryCrossentropy';
  static readonly identifiers: readonly string[] = ['binary_crossentropy', 'bce', 'BCE'];

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return binaryCrossentropyOf(yTrue, yPred, this, this.label);
  }
}

/** Creates a {@link BinaryCrossentropy}. */
export function binaryCrossentropy(options: CrossentropyOptions = {}): BinaryCrossentropy {
  return new BinaryCrossentropy(options);
}
