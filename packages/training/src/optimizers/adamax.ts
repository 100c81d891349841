// Adamax: Adam with the largest gradient so far, decayed, in place of the second moment.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions, type GivenOptions, type Weight } from '@lamella/core';
import { momentOptions } from './adam.js';
import { moveTowards } from './adam-step.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

/** The options of {@link Adamax}, and of Nadam and Lamb. */
export type MomentOptions = OptimizerOptions & GivenOptions<typeof momentOptions>;

/** Adam in the infinity norm. Source: Kingma and Ba, 2014, section 7.1; keras.optimizers.Adamax. */
export class Adamax extends withOptions(Optimizer, momentOptions) {
  static readonly className = 'Adamax';

  protected override createSlots(weights: readonly Weight[]): void {
    this.addSlots(weights, 'momentum', 'norm');
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const [m, norm] = [this.slot(weight, 'momentum'), this.slot(weight, 'norm')];
    moveTowards(m, gradient, 1 - this.beta1);
    norm.assign(tf.maximum(tf.mul(norm.read(), this.beta2), tf.abs(gradient)));
    const correction = tf.sub(1, tf.pow(this.beta1, this.updateNumber()));
    const divisor = tf.mul(correction, tf.add(norm.read(), this.epsilon));
    weight.assign(tf.sub(weight.read(), tf.div(tf.mul(learningRate, m.read()), divisor)));
  }
}

/** Creates an {@link Adamax}. */
export function adamax(options: MomentOptions = {}): Adamax {
  return new Adamax(options);
}
