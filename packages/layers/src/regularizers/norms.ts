// Penalties on the size of weights. The training loop adds them to the loss.
import * as tf from '@tensorflow/tfjs-core';
import { nonNegativeOption, Regularizer, withOptions } from '@lamella/core';

/** `l1` times the sum of magnitudes; 0.01 by default. Source: keras.regularizers.L1. Throws: OPTION_INVALID. */
export class L1 extends withOptions(Regularizer, { l1: nonNegativeOption(0.01) }) {
  static readonly className = 'L1';

  override call(weight: tf.Tensor): tf.Tensor {
    return tf.mul(tf.sum(tf.abs(weight)), this.l1);
  }
}

/** `l2` times the sum of squares, without a half; 0.01 by default. Source: keras.regularizers.L2. Throws: OPTION_INVALID. */
export class L2 extends withOptions(Regularizer, { l2: nonNegativeOption(0.01) }) {
  static readonly className = 'L2';

  override call(weight: tf.Tensor): tf.Tensor {
    return tf.mul(tf.sum(tf.square(weight)), this.l2);
  }
}

/** Both at once; each 0 by default. Source: keras.regularizers.L1L2. Throws: OPTION_INVALID. */
export class L1L2 extends withOptions(Regularizer, { l1: nonNegativeOption(0), l2: nonNegativeOption(0) }) {
  static readonly className = 'L1L2';

  override call(weight: tf.Tensor): tf.Tensor {
    const penalties = [
      ...(this.l1 === 0 ? [] : [tf.mul(tf.sum(tf.abs(weight)), this.l1)]),
      ...(this.l2 === 0 ? [] : [tf.mul(tf.sum(tf.square(weight)), this.l2)]),
    ];
    return penalties.length === 0 ? tf.scalar(0) : penalties.reduce((a, b) => tf.add(a, b));
  }
}

/** A penalty on magnitudes. */
export function l1(factor = 0.01): L1 {
  return new L1({ l1: factor });
}

/** A penalty on squares. */
export function l2(factor = 0.01): L2 {
  return new L2({ l2: factor });
}

/** Penalties on magnitudes and on squares. */
export function l1L2(factors: { readonly l1?: number; readonly l2?: number } = {}): L1L2 {
  return new L1L2(factors);
}
