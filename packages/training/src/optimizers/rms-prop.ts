// RMSprop.
import * as tf from '@tensorflow/tfjs-core';
import type { Config, Weight } from '@lamella/core';
import type { OptimizerOptions } from './check-options.js';
import { Optimizer } from './optimizer.js';

export interface RMSpropOptions extends OptimizerOptions {
  readonly rho?: number;
  readonly momentum?: number;
  readonly epsilon?: number;
  readonly centered?: boolean;
}

/** Divides gradients by a running root mean square, epsilon inside the root. Source: Hinton's lecture 6e; keras.optimizers.RMSprop. */
export class RMSprop extends Optimizer {
  static readonly className = 'RMSprop';
  static readonly identifiers: readonly string[] = ['rmsprop'];
  private readonly rms: {
    readonly rho: number;
    readonly momentum: number;
    readonly epsilon: number;
    readonly centered: boolean;
  };
  private readonly velocities = new Map<Weight, Weight>();
  private readonly momenta = new Map<Weight, Weight>();
  private readonly means = new Map<Weight, Weight>();

  constructor(options: RMSpropOptions = {}) {
    super(0.001, options);
    const { rho = 0.9, momentum = 0, epsilon = 1e-7, centered = false } = options;
    this.rms = { rho, momentum, epsilon, centered };
  }

  override getConfig(): Config {
    return { ...super.getConfig(), ...this.rms };
  }

  protected override createSlots(weights: readonly Weight[]): void {
    for (const weight of weights) this.velocities.set(weight, this.addSlot(weight, 'velocity'));
    if (this.rms.momentum > 0)
      for (const weight of weights) this.momenta.set(weight, this.addSlot(weight, 'momentum'));
    if (this.rms.centered)
      for (const weight of weights) this.means.set(weight, this.addSlot(weight, 'average_gradient'));
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const { rho, epsilon } = this.rms;
    const velocity = this.velocities.get(weight)!;
    const average = this.means.get(weight);
    const momentum = this.momenta.get(weight);
    velocity.assign(tf.add(tf.mul(velocity.read(), rho), tf.mul(tf.square(gradient), 1 - rho)));
    average?.assign(tf.add(tf.mul(average.read(), rho), tf.mul(gradient, 1 - rho)));
    const variance =
      average === undefined ? velocity.read() : tf.sub(velocity.read(), tf.square(average.read()));
    const descent = tf.div(tf.mul(gradient, learningRate), tf.sqrt(tf.add(variance, epsilon)));
    momentum?.assign(tf.add(tf.mul(momentum.read(), this.rms.momentum), descent));
    weight.assign(tf.sub(weight.read(), momentum === undefined ? descent : momentum.read()));
  }
}

/** Creates an {@link RMSprop}. */
export function rmsProp(options: RMSpropOptions = {}): RMSprop {
  return new RMSprop(options);
}
