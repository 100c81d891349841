// Adam.
import * as tf from '@tensorflow/tfjs-core';
import type { Config, Weight } from '@lamella/core';
import type { OptimizerOptions } from './check-options.js';
import { Optimizer } from './optimizer.js';

export interface AdamOptions extends OptimizerOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly amsgrad?: boolean;
}

/**
 * Adam with Keras' update rule: epsilon is added to the uncorrected root of the second moment.
 * Source: Kingma and Ba, 2014, section 2, the reordered form before section 2.1; keras.optimizers.Adam.
 */
export class Adam extends Optimizer {
  static readonly className: string = 'Adam';
  protected readonly adam: {
    readonly beta1: number;
    readonly beta2: number;
    readonly epsilon: number;
    readonly amsgrad: boolean;
  };
  private readonly moments = new Map<Weight, { m: Weight; v: Weight; largest?: Weight }>();

  constructor(options: AdamOptions = {}) {
    super(0.001, options);
    const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad = false } = options;
    this.adam = { beta1, beta2, epsilon, amsgrad };
  }

  override getConfig(): Config {
    const { beta1, beta2, epsilon, amsgrad } = this.adam;
    return { ...super.getConfig(), beta1, beta2, epsilon, amsgrad };
  }

  protected override createSlots(weights: readonly Weight[]): void {
    for (const weight of weights)
      this.moments.set(weight, { m: this.addSlot(weight, 'momentum'), v: this.addSlot(weight, 'velocity') });
    if (!this.adam.amsgrad) return;
    for (const weight of weights) this.moments.get(weight)!.largest = this.addSlot(weight, 'velocity_hat');
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const { beta1, beta2, epsilon } = this.adam;
    const { m, v, largest } = this.moments.get(weight)!;
    const step = this.updateNumber();
    const correction = tf.div(tf.sqrt(tf.sub(1, tf.pow(beta2, step))), tf.sub(1, tf.pow(beta1, step)));
    const alpha = tf.mul(learningRate, correction);
    m.assign(tf.add(m.read(), tf.mul(tf.sub(gradient, m.read()), 1 - beta1)));
    v.assign(tf.add(v.read(), tf.mul(tf.sub(tf.square(gradient), v.read()), 1 - beta2)));
    largest?.assign(tf.maximum(largest.read(), v.read()));
    const second = (largest ?? v).read();
    weight.assign(tf.sub(weight.read(), tf.div(tf.mul(m.read(), alpha), tf.add(tf.sqrt(second), epsilon))));
  }
}

/** Creates an {@link Adam}. */
export function adam(options: AdamOptions = {}): Adam {
  return new Adam(options);
}
