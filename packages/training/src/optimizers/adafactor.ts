// Adafactor: second moments of matrices kept as a row and a column.
import * as tf from '@tensorflow/tfjs-core';
import { HostTensor } from '@lamella/program';
import { booleanOption, numberOption, withOptions, Weight, type GivenOptions } from '@lamella/core';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

const adafactorOptions = {
  beta2Decay: numberOption(-0.8),
  epsilon1: numberOption(1e-30),
  epsilon2: numberOption(1e-3),
  clipThreshold: numberOption(1),
  relativeStep: booleanOption(true),
};

/** The options of {@link Adafactor}. */
export type AdafactorOptions = OptimizerOptions & GivenOptions<typeof adafactorOptions>;

/** Adam in little memory, with steps as large as the weights they are for. Source: Shazeer et al., 2018; keras.optimizers.Adafactor. */
export class Adafactor extends withOptions(Optimizer, adafactorOptions) {
  static readonly className = 'Adafactor';

  protected override createSlots(weights: readonly Weight[]): void {
    for (const weight of weights) {
      this.keepSlot(weight, 'row', this.meanOf(weight, weight.shape.slice(0, -1)));
      this.keepSlot(weight, 'column', this.meanOf(weight, weight.shape.toSpliced(-2, 1)));
      this.addSlot(weight, 'velocity');
    }
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const step = this.updateNumber();
    const limit = tf.rsqrt(step);
    const isRelative = this.relativeStep && !this.isScheduled;
    const rate = tf.minimum(isRelative ? tf.minimum(learningRate, limit) : learningRate, limit);
    const alpha = tf.mul(tf.maximum(this.epsilon2, rootMeanSquare(weight.read())), rate);
    const beta = tf.sub(1, tf.pow(step, this.beta2Decay));
    const square = tf.add(tf.square(gradient), this.epsilon1);
    const velocity = this.slot(weight, 'velocity');
    const mixed = (mean: Weight, value: tf.Tensor): tf.Tensor =>
      tf.add(tf.mul(beta, mean.read()), tf.mul(tf.sub(1, beta), value));
    if (weight.shape.length < 2) velocity.assign(mixed(velocity, square));
    else {
      const [row, column] = [this.slot(weight, 'row'), this.slot(weight, 'column')];
      row.assign(mixed(row, tf.mean(square, -1)));
      column.assign(mixed(column, tf.mean(square, -2)));
      const share = tf.div(row.read(), tf.mean(row.read(), -1, true));
      velocity.assign(tf.mul(tf.expandDims(share, -1), tf.expandDims(column.read(), -2)));
    }
    const direction = tf.div(gradient, tf.sqrt(velocity.read()));
    const excess = tf.maximum(1, tf.div(rootMeanSquare(direction), this.clipThreshold));
    weight.assign(tf.sub(weight.read(), tf.mul(alpha, tf.div(direction, excess))));
  }

  /** The mean of squares over one axis of a matrix, called as the weight is; vectors have an unused scalar, as in Keras. */
  private meanOf(weight: Weight, shape: readonly number[]): Weight {
    const isMatrix = weight.shape.length > 1;
    return new Weight({
      name: weight.shortName,
      owner: isMatrix ? this.name : '',
      value: HostTensor.zeros(isMatrix ? shape : []),
      trainable: false,
    });
  }
}

function rootMeanSquare(x: tf.Tensor): tf.Tensor {
  return tf.sqrt(tf.mean(tf.square(x)));
}

/** Creates an {@link Adafactor}. */
export function adafactor(options: AdafactorOptions = {}): Adafactor {
  return new Adafactor(options);
}
