// Muon: matrices step by an orthogonal matrix near their momentum, all other weights by Adam.
import * as tf from '@tensorflow/tfjs-core';
import {
  booleanOption,
  fractionOption,
  nonNegativeOption,
  numberOption,
  option,
  optionInvalid,
  orNull,
  positiveIntegerOption,
  withOptions,
  type GivenOptions,
  type Weight,
} from '@lamella/core';
import { adamStep, moveTowards } from './adam-step.js';
import { Optimizer } from './optimizer.js';
import type { OptimizerOptions } from './options.js';

/** Parts of weights' paths. Keras takes regular expressions; one from a file could keep a process busy for ever. */
const wordsOption = option<readonly string[]>({
  check: (subject, name, given) => {
    const list = given ?? [];
    if (Array.isArray(list) && list.every((word) => typeof word === 'string' && /^[\w /-]*$/.test(word)))
      return list as readonly string[];
    throw optionInvalid(
      subject,
      name,
      'a list of parts of paths, made of letters, digits, "_", "-" and "/"',
      given,
    );
  },
  default: [],
});

const muonOptions = {
  weightDecay: orNull(nonNegativeOption(), 0.004),
  adamBeta1: numberOption(0.9),
  adamBeta2: numberOption(0.999),
  epsilon: numberOption(1e-7),
  /** Weights whose path contains one of these words step by Adam. */
  excludeLayers: wordsOption,
  muonA: numberOption(3.4445),
  muonB: numberOption(-4.775),
  muonC: numberOption(2.0315),
  /** The rate of Adam's steps, as a share of the learning rate. */
  adamLrRatio: numberOption(1),
  momentum: fractionOption(0.95),
  /** How many steps of Newton's and Schulz's method make a matrix orthogonal. */
  nsSteps: positiveIntegerOption(5),
  nesterov: booleanOption(true),
  excludeEmbeddings: booleanOption(true),
  adamWeightDecay: orNull(nonNegativeOption(), 0.004),
  rmsRate: orNull(numberOption(), 0.2),
};

/** The options of {@link Muon}. */
export type MuonOptions = OptimizerOptions & GivenOptions<typeof muonOptions>;

/** Momentum made orthogonal by Newton's and Schulz's method. Source: Jordan et al., 2024; keras.optimizers.Muon. */
export class Muon extends withOptions(Optimizer, muonOptions) {
  static readonly className = 'Muon';

  protected override createSlots(weights: readonly Weight[]): void {
    for (const weight of weights) {
      this.addSlot(weight, 'momentum');
      if (this.usesAdam(weight)) this.addSlot(weight, 'velocity');
    }
  }

  protected override decayOf(weight: Weight): number | null {
    return this.usesAdam(weight) ? this.adamWeightDecay : this.weightDecay;
  }

  protected override update(weight: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): void {
    const momentum = this.slot(weight, 'momentum');
    const descent = this.usesAdam(weight)
      ? this.adam(momentum, this.slot(weight, 'velocity'), gradient, learningRate)
      : this.orthogonal(momentum, gradient, learningRate);
    weight.assign(tf.sub(weight.read(), descent));
  }

  private usesAdam({ shape, name }: Weight): boolean {
    if (shape.length !== 2) return true;
    if (this.excludeEmbeddings && name.toLowerCase().includes('embedding')) return true;
    return this.excludeLayers.some((word) => name.includes(word));
  }

  private adam(m: Weight, v: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): tf.Tensor {
    const { adamBeta1: beta1, adamBeta2: beta2, epsilon } = this;
    moveTowards(m, gradient, 1 - beta1);
    moveTowards(v, tf.square(gradient), 1 - beta2);
    const rates = { beta1, beta2, epsilon, step: this.updateNumber() };
    return adamStep(m.read(), v.read(), tf.mul(learningRate, this.adamLrRatio), rates);
  }

  private orthogonal(momentum: Weight, gradient: tf.Tensor, learningRate: tf.Tensor): tf.Tensor {
    momentum.assign(tf.add(tf.mul(momentum.read(), this.momentum), gradient));
    const mean = momentum.read();
    const direction = this.nesterov ? tf.add(gradient, tf.mul(mean, this.momentum)) : mean;
    const descent = tf.mul(this.orthogonalized(direction), learningRate);
    const [rows = 1, columns = 1] = gradient.shape;
    return this.rmsRate === null
      ? descent
      : tf.mul(descent, Math.sqrt(Math.max(rows, columns)) * this.rmsRate);
  }

  /** A matrix near `x` whose rows, or columns where they are fewer, are nearly orthonormal. */
  private orthogonalized(x: tf.Tensor): tf.Tensor {
    const [rows = 1, columns = 1] = x.shape;
    const isTall = rows > columns;
    let y = isTall ? tf.transpose(x) : x;
    y = tf.div(y, tf.add(tf.sqrt(tf.sum(tf.square(y))), 1e-7));
    for (let i = 0; i < this.nsSteps; i++) {
      const product = tf.matMul(y, y, false, true);
      const mixed = tf.add(tf.mul(product, this.muonB), tf.matMul(tf.mul(product, this.muonC), product));
      y = tf.add(tf.mul(y, this.muonA), tf.matMul(mixed, y));
    }
    return isTall ? tf.transpose(y) : y;
  }
}

/** Creates a {@link Muon}. */
export function muon(options: MuonOptions = {}): Muon {
  return new Muon(options);
}
