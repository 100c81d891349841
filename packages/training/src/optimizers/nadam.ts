// Nadam: Adam with Nesterov's momentum, which grows over the steps.
import * as tf from '@tensorflow/tfjs-core';
import { HostTensor } from '@lamella/program';
import { Weight, withOptions } from '@lamella/core';
import { momentOptions } from './adam.js';
import type { MomentOptions } from './adamax.js';
import { moveTowards } from './adam-step.js';
import { Optimizer } from './optimizer.js';

/** Adam with Nesterov's momentum. Source: Dozat, 2015; keras.optimizers.Nadam. */
export class Nadam extends withOptions(Optimizer, momentOptions) {
  static readonly className = 'Nadam';
  /** The product of the momenta of all updates so far. */
  private readonly product = new Weight({
    name: 'variable',
    owner: '',
    value: new HostTensor(Float32Array.of(1), []),
    trainable: false,
  });

  protected override createSlots(weights: readonly Weight[]): void {
    this.addSlots(weights, 'momentum', 'velocity');
    this.addCell(this.product);
  }

  protected override startUpdate(): void {
    this.product.assign(tf.mul(this.product.read(), this.momentumOf(this.updateNumber())));
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const [m, v] = [this.slot(weight, 'momentum'), this.slot(weight, 'velocity')];
    const step = this.updateNumber();
    const [now, next] = [this.momentumOf(step), this.momentumOf(tf.add(step, 1))];
    const product = this.product.read();
    moveTowards(m, gradient, 1 - this.beta1);
    moveTowards(v, tf.square(gradient), 1 - this.beta2);
    const first = tf.add(
      tf.div(tf.mul(next, m.read()), tf.sub(1, tf.mul(product, next))),
      tf.div(tf.mul(tf.sub(1, now), gradient), tf.sub(1, product)),
    );
    const second = tf.div(v.read(), tf.sub(1, tf.pow(this.beta2, step)));
    const descent = tf.div(tf.mul(first, learningRate), tf.add(tf.sqrt(second), this.epsilon));
    weight.assign(tf.sub(weight.read(), descent));
  }

  /** The momentum of an update, counted from 1. */
  private momentumOf(step: tf.Tensor): tf.Tensor {
    return tf.mul(tf.sub(1, tf.mul(0.5, tf.pow(0.96, step))), this.beta1);
  }
}

/** Creates a {@link Nadam}. */
export function nadam(options: MomentOptions = {}): Nadam {
  return new Nadam(options);
}
