// The loss "crossentropy": which of the three it is, the shapes of targets and predictions tell.
import type * as tf from '@tensorflow/tfjs-core';
import { withOptions } from '@lamella/core';
import type { Shape } from '@lamella/program';
import { binaryCrossentropyOf } from './binary-crossentropy.js';
import { categoricalCrossentropyOf } from './categorical-crossentropy.js';
import { Loss } from './loss.js';
import { sparseCategoricalCrossentropyOf } from './sparse-categorical-crossentropy.js';
import { targetForm } from './target-form.js';

const functions = {
  binary: binaryCrossentropyOf,
  categorical: categoricalCrossentropyOf,
  sparse_categorical: sparseCategoricalCrossentropyOf,
} as const;

/** Stored by its name alone, as compile() was given it. Source: keras' `compile(loss="crossentropy")`. */
export class CrossentropyByShape extends withOptions(Loss, {}) {
  static readonly className = 'Crossentropy';

  override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return functions[targetForm(yTrue.shape, yPred.shape)](yTrue, yPred, {}, this.label);
  }

  override takesLabels(yTrue: Shape, yPred: Shape): boolean {
    return targetForm(yTrue, yPred) === 'sparse_categorical';
  }
}
