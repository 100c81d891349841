// Stochastic gradient descent, with momentum where asked.
import * as tf from '@tensorflow/tfjs-core';
import { optionInvalid, type Config, type Weight } from '@lamella/core';
import type { OptimizerOptions } from './check-options.js';
import { Optimizer } from './optimizer.js';

export interface SGDOptions extends OptimizerOptions {
  readonly momentum?: number;
  readonly nesterov?: boolean;
}

/** Gradient descent; the momentum holds the learning rate, as in Keras: `m = momentum m - rate g; w += m`. Source: keras.optimizers.SGD. */
export class SGD extends Optimizer {
  static readonly className = 'SGD';
  private readonly sgd: { readonly momentum: number; readonly nesterov: boolean };
  private readonly momenta = new Map<Weight, Weight>();

  constructor(options: SGDOptions = {}) {
    super(0.01, options);
    const { momentum = 0, nesterov = false } = options;
    if (!(momentum >= 0 && momentum <= 1))
      throw optionInvalid(this.label, 'momentum', 'a number from 0 to 1', momentum);
    this.sgd = { momentum, nesterov };
  }

  override getConfig(): Config {
    return { ...super.getConfig(), ...this.sgd };
  }

  protected override createSlots(weights: readonly Weight[]): void {
    if (this.sgd.momentum === 0) return;
    for (const weight of weights) this.momenta.set(weight, this.addSlot(weight, 'momentum'));
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const slot = this.momenta.get(weight);
    const descent = tf.mul(gradient, learningRate);
    if (slot === undefined) {
      weight.assign(tf.sub(weight.read(), descent));
      return;
    }
    const { momentum, nesterov } = this.sgd;
    const next = tf.sub(tf.mul(slot.read(), momentum), descent);
    slot.assign(next);
    weight.assign(tf.add(weight.read(), nesterov ? tf.sub(tf.mul(next, momentum), descent) : next));
  }
}

/** Creates an {@link SGD}. */
export function sgd(options: SGDOptions = {}): SGD {
  return new SGD(options);
}
