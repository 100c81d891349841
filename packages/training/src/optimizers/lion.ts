// Lion.
import * as tf from '@tensorflow/tfjs-core';
import { fractionOption, withOptions, type GivenOptions, type Weight } from '@lamella/core';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

const lionOptions = { beta1: fractionOption(0.9), beta2: fractionOption(0.99) };

/** The options of {@link Lion}. */
export type LionOptions = OptimizerOptions & GivenOptions<typeof lionOptions>;

/** Steps of one size, in the direction of the momentum's signs. Source: Chen et al., 2023; keras.optimizers.Lion. */
export class Lion extends withOptions(Optimizer, lionOptions) {
  static readonly className = 'Lion';

  protected override createSlots(weights: readonly Weight[]): void {
    this.addSlots(weights, 'momentum');
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const momentum = this.slot(weight, 'momentum');
    const mixed = (beta: number): tf.Tensor =>
      tf.add(tf.mul(momentum.read(), beta), tf.mul(gradient, 1 - beta));
    weight.assign(tf.sub(weight.read(), tf.mul(learningRate, tf.sign(mixed(this.beta1)))));
    momentum.assign(mixed(this.beta2));
  }
}

/** Creates a {@link Lion}. */
export function lion(options: LionOptions = {}): Lion {
  return new Lion(options);
}
