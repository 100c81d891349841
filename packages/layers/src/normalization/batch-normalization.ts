// BatchNormalization: values are brought to mean 0 and variance 1 by the batch's statistics in training, by their moving
// averages otherwise.
import * as tf from '@tensorflow/tfjs-core';
import {
  booleanOption,
  integerOption,
  Layer,
  nonNegativeOption,
  numberOption,
  option,
  rankMismatch,
  withOptions,
  type CallContext,
  type Config,
  type Initializer,
  type Weight,
} from '@lamella/core';
import {
  formatShape,
  shapeMismatch,
  type SymbolicShape,
  type Tree,
  withFullPrecision,
} from '@lamella/program';
import { axisOf } from '../options/axes.js';
import { requireBuilt } from '../options/built.js';
import { initializerOption, type OptionsFor } from '../options/declarations.js';
import { floatTensor, knownSize, singleShape, singleTensor } from '../options/single-input.js';
import { betaAndGamma, weightSpec } from '../options/weight-declarations.js';
import { renormClippingOf, renormCorrection, SquareRoots, type RenormClipping } from './renormalization.js';
import { normalize, statistics, type Statistics } from './statistics.js';

const options = {
  /** The axis that keeps statistics of its own: that of the channels. Default -1. */
  axis: integerOption(-1),
  /** How slowly the moving averages move. Default 0.99. */
  momentum: numberOption(0.99),
  /** What is added to the variance. Default 1e-3. */
  epsilon: nonNegativeOption(1e-3),
  /** Whether there is a `beta`, added at the end. Default true. */
  center: booleanOption(true),
  /** Whether there is a `gamma`, multiplied with. Default true. */
  scale: booleanOption(true),
  ...betaAndGamma.initializers,
  /** The first moving mean. Default `zeros`. */
  movingMeanInitializer: initializerOption('zeros'),
  /** The first moving variance. Default `ones`. */
  movingVarianceInitializer: initializerOption('ones'),
  ...betaAndGamma.others,
  /** Whether training corrects the batch's statistics by moving ones (batch renormalization), for small batches. Default false. */
  renorm: booleanOption(false),
  /** The bounds of those corrections. Default null, none. */
  renormClipping: option<RenormClipping | null>({
    check: (subject, _name, given, owner) =>
      (owner as { readonly renorm: boolean }).renorm || given !== null
        ? renormClippingOf(subject, given as RenormClipping | null)
        : null,
    default: null,
  }),
  /** How slowly the statistics move that training uses; `momentum` is for those of inference. Default 0.99. */
  renormMomentum: numberOption(0.99),
};

/** The options of {@link BatchNormalization}. */
export type BatchNormalizationOptions = OptionsFor<typeof options>;

/**
 * `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with the population variance; a masked place counts for
 * nothing in the statistics. With `trainable` false it uses and keeps the moving averages even in training.
 * Source: Ioffe and Szegedy (2015), Ioffe (2017), keras.layers.BatchNormalization.
 * Shapes: any to the same. Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const y = batchNormalization({ momentum: 0.9 }).apply(input({ shape: [28, 28, 8] }));
 */
export class BatchNormalization extends withOptions(Layer, options) {
  static readonly className = 'BatchNormalization';
  static readonly fileFacts = { fixedOptions: { synchronized: false } };
  private gamma: Weight | undefined;
  private beta: Weight | undefined;
  private movingMean!: Weight;
  private movingVariance!: Weight;
  private renormWeights:
    { readonly deviation: Weight; readonly mean: Weight; readonly batchDeviation: Weight } | undefined;

  /** Keras 2 wrote the axis as a list of one. */
  static fromConfig({ axis, ...config }: Config): BatchNormalization {
    const [only, ...others] = Array.isArray(axis) ? (axis as readonly number[]) : [axis as number];
    return new BatchNormalization({ ...config, axis: others.length === 0 ? only! : (axis as never) });
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    const axis = axisOf(this.label, 'axis', this.axis, shape);
    const size = knownSize(this.label, shape, axis, `size on axis ${this.axis}`, 'size of that axis');
    this.gamma = this.scale ? this.addWeight(weightSpec(this, 'gamma', [size])) : undefined;
    this.beta = this.center ? this.addWeight(weightSpec(this, 'beta', [size])) : undefined;
    const state = (name: string, initializer: Initializer): Weight =>
      this.addWeight({ name, shape: [size], initializer, trainable: false });
    this.movingMean = state('moving_mean', this.movingMeanInitializer);
    this.movingVariance = state('moving_variance', this.movingVarianceInitializer);
    if (!this.renorm) return;
    const deviations = new SquareRoots(this.movingVarianceInitializer);
    this.renormWeights = {
      deviation: state('moving_stddev', deviations),
      mean: state('renorm_mean', this.movingMeanInitializer),
      batchDeviation: state('renorm_stddev', deviations),
    };
  }

  /** Sums and squares of a whole batch overflow narrower dtypes. */
  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    return withFullPrecision(() => this.normalized(inputs, context));
  }

  private normalized(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    requireBuilt(this);
    const x = floatTensor(singleTensor(this.label, inputs));
    const axis = this.checkShape(x.shape);
    // A vector stands for its axis: [1, size, 1, 1], or as it is where that axis is the last.
    const across = x.shape.map((size, i) => (i === axis ? size : 1));
    const spread = (weight: Weight | undefined): tf.Tensor | null => {
      if (weight === undefined) return null;
      return axis === x.rank - 1 ? weight.read() : tf.reshape(weight.read(), across);
    };
    const [gamma, beta] = [spread(this.gamma), spread(this.beta)];
    if (context.training && this.trainable) {
      const others = x.shape.map((_, i) => i).filter((i) => i !== axis);
      const batch = statistics(x, others, this.maskFor(x, context.mask));
      if (this.renormWeights !== undefined)
        return this.renormalize(batch, this.renormWeights, spread, gamma, beta);
      keep(this.movingMean, batch.mean, this.momentum);
      keep(this.movingVariance, batch.variance, this.momentum);
      return normalize(batch, this.epsilon, gamma, beta);
    }
    const [mean, variance] = [spread(this.movingMean)!, spread(this.movingVariance)!];
    // One multiplication and one addition a value; the vectors are folded into constants at inference.
    const factor = scaled(tf.rsqrt(tf.add(variance, this.epsilon)), gamma);
    const offset = tf.mul(mean, factor);
    return tf.add(tf.mul(x, factor), beta === null ? tf.neg(offset) : tf.sub(beta, offset));
  }

  private renormalize(
    batch: Statistics,
    weights: NonNullable<BatchNormalization['renormWeights']>,
    spread: (weight: Weight) => tf.Tensor | null,
    gamma: tf.Tensor | null,
    beta: tf.Tensor | null,
  ): tf.Tensor {
    const deviation = tf.sqrt(tf.add(batch.variance, this.epsilon));
    const { factor, shift } = renormCorrection(
      { mean: batch.mean, deviation },
      { mean: spread(weights.mean)!, deviation: spread(weights.batchDeviation)! },
      this.epsilon,
      this.renormClipping!,
    );
    keep(weights.mean, batch.mean, this.renormMomentum);
    keep(weights.batchDeviation, deviation, this.renormMomentum);
    keep(this.movingMean, batch.mean, this.momentum);
    keep(weights.deviation, deviation, this.momentum);
    this.movingVariance.assign(tf.relu(tf.sub(tf.square(weights.deviation.read()), this.epsilon)));
    const offset = scaled(shift, gamma);
    return normalize(
      batch,
      this.epsilon,
      scaled(factor, gamma),
      beta === null ? offset : tf.add(offset, beta),
    );
  }

  private checkShape(shape: readonly number[]): number {
    const axis = axisOf(this.label, 'axis', this.axis, shape);
    const size = this.movingMean.shape[0]!;
    if (shape[axis] === size) return axis;
    throw shapeMismatch(
      this.label,
      `expected ${size} on axis ${this.axis}, as its statistics were created for, got ${shape[axis]} (input ${formatShape(shape)})`,
    );
  }

  private maskFor(x: tf.Tensor, mask: tf.Tensor | null): tf.Tensor | null {
    if (mask === null) return null;
    if (mask.rank !== x.rank - 1) throw rankMismatch(this.label, `a mask of rank ${x.rank - 1}`, mask.shape);
    const wide = tf.expandDims(mask, -1);
    if (wide.shape.some((size, i) => size !== 1 && size !== x.shape[i])) {
      throw shapeMismatch(
        this.label,
        `expected a mask of shape ${formatShape(x.shape.slice(0, -1))}, got ${formatShape(mask.shape)}`,
      );
    }
    return wide;
  }
}

/** Moves a weight towards the batch's value. */
function keep(weight: Weight, value: tf.Tensor, momentum: number): void {
  const next = tf.reshape(value, weight.shape as number[]);
  weight.assign(tf.add(tf.mul(weight.read(), momentum), tf.mul(next, 1 - momentum)));
}

function scaled(x: tf.Tensor, factor: tf.Tensor | null): tf.Tensor {
  return factor === null ? x : tf.mul(x, factor);
}

/** Makes a {@link BatchNormalization}. */
export function batchNormalization(given: BatchNormalizationOptions = {}): BatchNormalization {
  return new BatchNormalization(given);
}
