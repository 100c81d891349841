// Adam.
import * as tf from '@tensorflow/tfjs-core';
import { booleanOption, numberOption, withOptions, type GivenOptions, type Weight } from '@lamella/core';
import { adamStep, moveTowards } from './adam-step.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

/** The rates of the running means of Adam and its kin. */
export const momentOptions = {
  beta1: numberOption(0.9),
  beta2: numberOption(0.999),
  epsilon: numberOption(1e-7),
};

const adamOptions = { ...momentOptions, amsgrad: booleanOption(false) };

/** The options of {@link Adam} and AdamW. */
export type AdamOptions = OptimizerOptions & GivenOptions<typeof adamOptions>;

/**
 * Adam with Keras' update rule: epsilon is added to the uncorrected root of the second moment.
 * Source: Kingma and Ba, 2014, section 2, the reordered form before section 2.1; keras.optimizers.Adam.
 */
export class Adam extends withOptions(Optimizer, adamOptions) {
  static readonly className: string = 'Adam';

  protected override createSlots(weights: readonly Weight[]): void {
    this.addSlots(weights, 'momentum', 'velocity');
    if (this.amsgrad) this.addSlots(weights, 'velocity_hat');
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const [m, v] = [this.slot(weight, 'momentum'), this.slot(weight, 'velocity')];
    moveTowards(m, gradient, 1 - this.beta1);
    moveTowards(v, tf.square(gradient), 1 - this.beta2);
    const second = this.amsgrad ? this.slot(weight, 'velocity_hat') : v;
    if (this.amsgrad) second.assign(tf.maximum(second.read(), v.read()));
    const { beta1, beta2, epsilon } = this;
    const rates = { beta1, beta2, epsilon, step: this.updateNumber() };
    weight.assign(tf.sub(weight.read(), adamStep(m.read(), second.read(), learningRate, rates)));
  }
}

/** Creates an {@link Adam}. */
export function adam(options: AdamOptions = {}): Adam {
  return new Adam(options);
}
