// Penalties on the size of weights. The training loop adds them to the loss.
import * as tf from '@tensorflow/tfjs-core';
import { Regularizer, type Config } from '@lamella/core';
import { nonNegative } from '../options/checks.js';

/** `l1` times the sum of magnitudes. Source: keras.regularizers.L1. Throws: OPTION_INVALID. */
export class L1 extends Regularizer {
  static readonly className = 'L1';
  readonly l1: number;

  constructor({ l1 = 0.01 }: { readonly l1?: number } = {}) {
    super();
    this.l1 = nonNegative('L1', 'l1', l1);
  }

  override call(weight: tf.Tensor): tf.Tensor {
    return tf.mul(tf.sum(tf.abs(weight)), this.l1);
  }

  override getConfig(): Config {
    return { l1: this.l1 };
  }
}

/** `l2` times the sum of squares, without a half. Source: keras.regularizers.L2. Throws: OPTION_INVALID. */
export class L2 extends Regularizer {
  static readonly className = 'L2';
  readonly l2: number;

  constructor({ l2 = 0.01 }: { readonly l2?: number } = {}) {
    super();
    this.l2 = nonNegative('L2', 'l2', l2);
  }

  override call(weight: tf.Tensor): tf.Tensor {
    return tf.mul(tf.sum(tf.square(weight)), this.l2);
  }

  override getConfig(): Config {
    return { l2: this.l2 };
  }
}

/** Both at once. Source: keras.regularizers.L1L2. Throws: OPTION_INVALID. */
export class L1L2 extends Regularizer {
  static readonly className = 'L1L2';
  readonly l1: number;
  readonly l2: number;

  constructor({ l1 = 0, l2 = 0 }: { readonly l1?: number; readonly l2?: number } = {}) {
    super();
    this.l1 = nonNegative('L1L2', 'l1', l1);
    this.l2 = nonNegative('L1L2', 'l2', l2);
  }

  override call(weight: tf.Tensor): tf.Tensor {
    const penalties = [
      ...(this.l1 === 0 ? [] : [tf.mul(tf.sum(tf.abs(weight)), this.l1)]),
      ...(this.l2 === 0 ? [] : [tf.mul(tf.sum(tf.square(weight)), this.l2)]),
    ];
    return penalties.length === 0 ? tf.scalar(0) : penalties.reduce((a, b) => tf.add(a, b));
  }

  override getConfig(): Config {
    return { l1: this.l1, l2: this.l2 };
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
