// Adagrad.
import * as tf from '@tensorflow/tfjs-core';
import { nonNegativeOption, numberOption, withOptions, type GivenOptions, type Weight } from '@lamella/core';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

const adagradOptions = { initialAccumulatorValue: nonNegativeOption(0.1), epsilon: numberOption(1e-7) };

/** The options of {@link Adagrad}. */
export type AdagradOptions = OptimizerOptions & GivenOptions<typeof adagradOptions>;

/** Divides gradients by the root of the sum of all their squares so far. Source: Duchi et al., 2011; keras.optimizers.Adagrad. */
export class Adagrad extends withOptions(Optimizer, adagradOptions) {
  static readonly className = 'Adagrad';

  protected override createSlots(weights: readonly Weight[]): void {
    for (const weight of weights) this.addSlot(weight, 'accumulator', this.initialAccumulatorValue);
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const sum = this.slot(weight, 'accumulator');
    sum.assign(tf.add(sum.read(), tf.square(gradient)));
    const descent = tf.div(tf.mul(learningRate, gradient), tf.sqrt(tf.add(sum.read(), this.epsilon)));
    weight.assign(tf.sub(weight.read(), descent));
  }
}

/** Creates an {@link Adagrad}. */
export function adagrad(options: AdagradOptions = {}): Adagrad {
  return new Adagrad(options);
}
