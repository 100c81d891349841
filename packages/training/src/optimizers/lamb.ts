// Lamb: Adam whose steps are as long as the weights they are for.
import * as tf from '@tensorflow/tfjs-core';
import { withOptions, type Weight } from '@lamella/core';
import { momentOptions } from './adam.js';
import type { MomentOptions } from './adamax.js';
import { moveTowards } from './adam-step.js';
import { Optimizer } from './optimizer.js';

/** Adam with layer-wise steps, for large batches. Source: You et al., 2019; keras.optimizers.Lamb. */
export class Lamb extends withOptions(Optimizer, momentOptions) {
  static readonly className = 'Lamb';

  protected override createSlots(weights: readonly Weight[]): void {
    this.addSlots(weights, 'momentum', 'velocity');
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const [m, v] = [this.slot(weight, 'momentum'), this.slot(weight, 'velocity')];
    const step = this.updateNumber();
    moveTowards(m, gradient, 1 - this.beta1);
    moveTowards(v, tf.square(gradient), 1 - this.beta2);
    const first = tf.div(m.read(), tf.sub(1, tf.pow(this.beta1, step)));
    const second = tf.div(v.read(), tf.sub(1, tf.pow(this.beta2, step)));
    const descent = tf.div(first, tf.add(tf.sqrt(second), this.epsilon));
    const [size, length] = [norm(weight.read()), norm(descent)];
    const isScaled = tf.logicalAnd(tf.greater(size, 0), tf.greater(length, 0));
    const ratio = tf.where(isScaled, tf.div(size, length), tf.onesLike(size));
    weight.assign(tf.sub(weight.read(), tf.mul(tf.mul(ratio, learningRate), descent)));
  }
}

function norm(x: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.sum(tf.square(x)));
}

/** Creates a {@link Lamb}. */
export function lamb(options: MomentOptions = {}): Lamb {
  return new Lamb(options);
}
