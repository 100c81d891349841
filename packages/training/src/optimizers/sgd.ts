// Stochastic gradient descent, with momentum where asked.
import * as tf from '@tensorflow/tfjs-core';
import { booleanOption, fractionOption, withOptions, type GivenOptions, type Weight } from '@lamella/core';
import { Optimizer } from './optimizer.js';
import { learningRateOption, type OptimizerOptions } from './options.js';

const sgdOptions = { momentum: fractionOption(0), nesterov: booleanOption(false) };

/** The options of {@link SGD}. */
export type SGDOptions = OptimizerOptions & GivenOptions<typeof sgdOptions>;

/** Gradient descent; the momentum holds the learning rate, as in Keras: `m = momentum m - rate g; w += m`. Source: keras.optimizers.SGD. */
export class SGD extends withOptions(Optimizer, { learningRate: learningRateOption(0.01), ...sgdOptions }) {
  static readonly className = 'SGD';

  protected override createSlots(weights: readonly Weight[]): void {
    if (this.momentum !== 0) this.addSlots(weights, 'momentum');
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const { momentum, nesterov } = this;
    const descent = tf.mul(gradient, learningRate);
    if (momentum === 0) {
      weight.assign(tf.sub(weight.read(), descent));
      return;
    }
    const slot = this.slot(weight, 'momentum');
    const next = tf.sub(tf.mul(slot.read(), momentum), descent);
    slot.assign(next);
    weight.assign(tf.add(weight.read(), nesterov ? tf.sub(tf.mul(next, momentum), descent) : next));
  }
}

/** Creates an {@link SGD}. */
export function sgd(options: SGDOptions = {}): SGD {
  return new SGD(options);
}
