// RMSprop.
import * as tf from '@tensorflow/tfjs-core';
import { booleanOption, numberOption, withOptions, type GivenOptions, type Weight } from '@lamella/core';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

const rmsPropOptions = {
  rho: numberOption(0.9),
  momentum: numberOption(0),
  epsilon: numberOption(1e-7),
  centered: booleanOption(false),
};

/** The options of {@link RMSprop}. */
export type RMSpropOptions = OptimizerOptions & GivenOptions<typeof rmsPropOptions>;

/** Divides gradients by a running root mean square, epsilon inside the root. Source: Hinton's lecture 6e; keras.optimizers.RMSprop. */
export class RMSprop extends withOptions(Optimizer, rmsPropOptions) {
  static readonly className = 'RMSprop';
  static readonly identifiers: readonly string[] = ['rmsprop'];

  protected override createSlots(weights: readonly Weight[]): void {
    this.addSlots(weights, 'velocity');
    if (this.momentum > 0) this.addSlots(weights, 'momentum');
    if (this.centered) this.addSlots(weights, 'average_gradient');
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const { rho, epsilon } = this;
    const velocity = this.slot(weight, 'velocity');
    velocity.assign(tf.add(tf.mul(velocity.read(), rho), tf.mul(tf.square(gradient), 1 - rho)));
    let variance = velocity.read();
    if (this.centered) {
      const average = this.slot(weight, 'average_gradient');
      average.assign(tf.add(tf.mul(average.read(), rho), tf.mul(gradient, 1 - rho)));
      variance = tf.sub(variance, tf.square(average.read()));
    }
    let descent = tf.div(tf.mul(gradient, learningRate), tf.sqrt(tf.add(variance, epsilon)));
    if (this.momentum > 0) {
      const momentum = this.slot(weight, 'momentum');
      momentum.assign(tf.add(tf.mul(momentum.read(), this.momentum), descent));
      descent = momentum.read();
    }
    weight.assign(tf.sub(weight.read(), descent));
  }
}

/** Creates an {@link RMSprop}. */
export function rmsProp(options: RMSpropOptions = {}): RMSprop {
  return new RMSprop(options);
}
