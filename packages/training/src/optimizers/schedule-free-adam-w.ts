// ScheduleFreeAdamW: an average of the weights in place of a schedule.
import * as tf from '@tensorflow/tfjs-core';
import {
  nonNegativeOption,
  numberOption,
  positiveOption,
  withOptions,
  type GivenOptions,
  type Weight,
} from '@lamella/core';
import { moveTowards } from './adam-step.js';
import type { Gradient } from './gradient.js';
import { Optimizer } from './optimizer.js';
import { learningRateOption, type OptimizerOptions } from './options.js';

const scheduleFreeOptions = {
  beta1: positiveOption(0.9),
  beta2: numberOption(0.999),
  epsilon: numberOption(1e-8),
  /** Over so many steps the rate grows to its full size. */
  warmupSteps: nonNegativeOption(0),
};

/** The options of {@link ScheduleFreeAdamW}. */
export type ScheduleFreeAdamWOptions = OptimizerOptions & GivenOptions<typeof scheduleFreeOptions>;

/**
 * AdamW that averages its weights over the steps, so that its rate needs no schedule.
 * Source: Defazio et al., 2024; keras.optimizers.ScheduleFreeAdamW.
 */
export class ScheduleFreeAdamW extends withOptions(Optimizer, {
  learningRate: learningRateOption(0.0025),
  ...scheduleFreeOptions,
}) {
  static readonly className = 'ScheduleFreeAdamW';
  static readonly identifiers: readonly string[] = ['schedulefreeadamw'];

  protected override createSlots(weights: readonly Weight[]): void {
    this.addSlots(weights, 'momentum', 'velocity');
  }

  /** The fast weights, which Keras calls momentum, start where the weights are. */
  override applyUnscaled(gradients: readonly Gradient[]): void {
    this.build(gradients.map(({ weight }) => weight));
    const isFirst = tf.equal(this.iterations.read(), tf.scalar(0, 'int32'));
    for (const { weight } of gradients) {
      const fast = this.slot(weight, 'momentum');
      fast.assign(tf.where(isFirst, weight.read(), fast.read()));
    }
    super.applyUnscaled(gradients);
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const { beta1, beta2, epsilon, warmupSteps } = this;
    const [fast, velocity] = [this.slot(weight, 'momentum'), this.slot(weight, 'velocity')];
    const step = this.updateNumber();
    const rate =
      warmupSteps > 0 ? tf.mul(learningRate, tf.minimum(tf.div(step, warmupSteps), 1)) : learningRate;
    const before = fast.read();
    moveTowards(velocity, tf.square(gradient), 1 - beta2);
    const second = tf.div(velocity.read(), tf.sub(1, tf.pow(beta2, step)));
    fast.assign(tf.sub(before, tf.div(tf.mul(rate, gradient), tf.add(tf.sqrt(second), epsilon))));
    const average = tf.div(tf.sub(weight.read(), tf.mul(before, 1 - beta1)), beta1);
    const share = tf.div(1, step);
    const next = tf.add(tf.mul(average, tf.sub(1, share)), tf.mul(fast.read(), share));
    weight.assign(tf.add(tf.mul(fast.read(), 1 - beta1), tf.mul(next, beta1)));
  }
}

/** Creates a {@link ScheduleFreeAdamW}. */
export function scheduleFreeAdamW(options: ScheduleFreeAdamWOptions = {}): ScheduleFreeAdamW {
  return new ScheduleFreeAdamW(options);
}
