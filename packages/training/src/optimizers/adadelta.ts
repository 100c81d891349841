// Adadelta.
import * as tf from '@tensorflow/tfjs-core';
import { numberOption, withOptions, type GivenOptions, type Weight } from '@lamella/core';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

const adadeltaOptions = { rho: numberOption(0.95), epsilon: numberOption(1e-7) };

/** The options of {@link Adadelta}. */
export type AdadeltaOptions = OptimizerOptions & GivenOptions<typeof adadeltaOptions>;

/** Scales gradients by the root mean square of past updates over that of past gradients. Source: Zeiler, 2012; keras.optimizers.Adadelta. */
export class Adadelta extends withOptions(Optimizer, adadeltaOptions) {
  static readonly className = 'Adadelta';

  protected override createSlots(weights: readonly Weight[]): void {
    this.addSlots(weights, 'accumulated_grad', 'accumulated_delta_var');
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const gradients = this.slot(weight, 'accumulated_grad');
    const changes = this.slot(weight, 'accumulated_delta_var');
    this.addSquare(gradients, gradient);
    const change = tf.div(tf.mul(this.root(changes), gradient), this.root(gradients));
    this.addSquare(changes, change);
    weight.assign(tf.sub(weight.read(), tf.mul(learningRate, change)));
  }

  private addSquare(mean: Weight, value: tf.Tensor): void {
    mean.assign(tf.add(tf.mul(mean.read(), this.rho), tf.mul(tf.square(value), 1 - this.rho)));
  }

  private root(mean: Weight): tf.Tensor {
    return tf.sqrt(tf.add(mean.read(), this.epsilon));
  }
}

/** Creates an {@link Adadelta}. */
export function adadelta(options: AdadeltaOptions = {}): Adadelta {
  return new Adadelta(options);
}
