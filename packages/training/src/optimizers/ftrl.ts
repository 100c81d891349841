// Ftrl: follow the regularized leader.
import * as tf from '@tensorflow/tfjs-core';
import {
  nonNegativeOption,
  numberOption,
  optionInvalid,
  optionKind,
  withOptions,
  type GivenOptions,
  type Weight,
} from '@lamella/core';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

const powerOption = optionKind<number>({
  check: (subject, name, given) => {
    if (Number.isFinite(given) && (given as number) <= 0) return given as number;
    throw optionInvalid(subject, name, 'a number that is not positive', given);
  },
  isFloat: true,
});

const ftrlOptions = {
  learningRatePower: powerOption(-0.5),
  initialAccumulatorValue: nonNegativeOption(0.1),
  l1RegularizationStrength: nonNegativeOption(0),
  l2RegularizationStrength: nonNegativeOption(0),
  l2ShrinkageRegularizationStrength: nonNegativeOption(0),
  beta: numberOption(0),
};

/** The options of {@link Ftrl}. */
export type FtrlOptions = OptimizerOptions & GivenOptions<typeof ftrlOptions>;

/** Follow the regularized leader, for sparse linear models. Source: McMahan et al., 2013; keras.optimizers.Ftrl. */
export class Ftrl extends withOptions(Optimizer, ftrlOptions) {
  static readonly className = 'Ftrl';

  protected override createSlots(weights: readonly Weight[]): void {
    for (const weight of weights) {
      this.addSlot(weight, 'accumulator', this.initialAccumulatorValue);
      this.addSlot(weight, 'linear');
    }
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const { l1RegularizationStrength: l1, l2RegularizationStrength: l2 } = this;
    const [accumulator, linear] = [this.slot(weight, 'accumulator'), this.slot(weight, 'linear')];
    const value = weight.read();
    const sum = accumulator.read();
    const nextSum = tf.add(sum, tf.square(gradient));
    const power = (x: tf.Tensor): tf.Tensor => tf.pow(x, -this.learningRatePower);
    const shrunk = tf.add(gradient, tf.mul(value, 2 * this.l2ShrinkageRegularizationStrength));
    const pull = tf.div(tf.sub(power(nextSum), power(sum)), learningRate);
    const nextLinear = tf.add(linear.read(), tf.sub(shrunk, tf.mul(pull, value)));
    const strength = tf.add(l2, tf.div(this.beta, tf.mul(2, learningRate)));
    const quadratic = tf.add(tf.div(power(nextSum), learningRate), tf.mul(2, strength));
    const clipped = tf.clipByValue(nextLinear, -l1, l1);
    weight.assign(tf.div(tf.sub(clipped, nextLinear), quadratic));
    linear.assign(nextLinear);
    accumulator.assign(nextSum);
  }
}

/** Creates an {@link Ftrl}. */
export function ftrl(options: FtrlOptions = {}): Ftrl {
  return new Ftrl(options);
}
