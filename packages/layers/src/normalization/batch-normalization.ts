// BatchNormalization: values are brought to mean 0 and variance 1 by the batch's statistics in training, by their moving
// averages otherwise.
import * as tf from '@tensorflow/tfjs-core';
import {
  Layer,
  rankMismatch,
  type CallContext,
  type Config,
  type Constraint,
  type Initializer,
  type LayerOptions,
  type Regularizer,
  type Weight,
} from '@lamella/core';
import { formatShape, shapeMismatch, type SymbolicShape, type Tree } from '@lamella/program';
import { axisOf } from '../options/axes.js';
import { finite, integer, nonNegative } from '../options/checks.js';
import { requireBuilt } from '../options/built.js';
import { floatTensor, singleShape, singleTensor } from '../options/single-input.js';
import {
  constraintOf,
  initializerOf,
  regularizerOf,
  type ConstraintOption,
  type InitializerOption,
  type RegularizerOption,
} from '../options/weight-options.js';
import { renormClippingOf, renormCorrection, SquareRoots, type RenormClipping } from './renormalization.js';
import { normalize, statistics, type Statistics } from './statistics.js';

/** The options of {@link BatchNormalization}. */
export interface BatchNormalizationOptions extends LayerOptions {
  /** The axis that keeps statistics of its own: that of the channels. */
  readonly axis?: number;
  readonly momentum?: number;
  readonly epsilon?: number;
  /** Whether there is a `beta`, added at the end. */
  readonly center?: boolean;
  /** Whether there is a `gamma`, multiplied with. */
  readonly scale?: boolean;
  readonly betaInitializer?: InitializerOption;
  readonly gammaInitializer?: InitializerOption;
  readonly movingMeanInitializer?: InitializerOption;
  readonly movingVarianceInitializer?: InitializerOption;
  readonly betaRegularizer?: RegularizerOption;
  readonly gammaRegularizer?: RegularizerOption;
  readonly betaConstraint?: ConstraintOption;
  readonly gammaConstraint?: ConstraintOption;
  /** Whether training corrects the batch's statistics by moving ones (batch renormalization), for small batches. */
  readonly renorm?: boolean;
  /** The bounds of those corrections. */
  readonly renormClipping?: RenormClipping | null;
  /** How slowly the statistics move that training uses; `momentum` is for those of inference. */
  readonly renormMomentum?: number;
}

/**
 * `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with the population variance; a masked place counts for
 * nothing in the statistics. With `trainable` false it uses and keeps the moving averages even in training.
 * Source: Ioffe and Szegedy (2015), Ioffe (2017), keras.layers.BatchNormalization.
 * Shapes: any to the same. Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const y = batchNormalization({ momentum: 0.9 }).apply(input({ shape: [28, 28, 8] }));
 */
export class BatchNormalization extends Layer {
  static readonly className = 'BatchNormalization';
  readonly axis: number;
  readonly momentum: number;
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly renorm: boolean;
  readonly renormClipping: RenormClipping | null;
  readonly renormMomentum: number;
  private readonly betaInitializer: Initializer;
  private readonly gammaInitializer: Initializer;
  private readonly movingMeanInitializer: Initializer;
  private readonly movingVarianceInitializer: Initializer;
  private readonly betaRegularizer: Regularizer | null;
  private readonly gammaRegularizer: Regularizer | null;
  private readonly betaConstraint: Constraint | null;
  private readonly gammaConstraint: Constraint | null;
  private gamma: Weight | undefined;
  private beta: Weight | undefined;
  private movingMean!: Weight;
  private movingVariance!: Weight;
  private renormWeights:
    { readonly deviation: Weight; readonly mean: Weight; readonly batchDeviation: Weight } | undefined;

  constructor(options: BatchNormalizationOptions = {}) {
    super(options);
    const { label } = this;
    this.axis = integer(label, 'axis', options.axis ?? -1);
    this.momentum = finite(label, 'momentum', options.momentum ?? 0.99);
    this.epsilon = nonNegative(label, 'epsilon', options.epsilon ?? 1e-3);
    this.center = options.center ?? true;
    this.scale = options.scale ?? true;
    this.renorm = options.renorm ?? false;
    this.renormClipping =
      this.renorm || options.renormClipping ? renormClippingOf(label, options.renormClipping) : null;
    this.renormMomentum = finite(label, 'renormMomentum', options.renormMomentum ?? 0.99);
    this.betaInitializer = initializerOf(label, 'betaInitializer', options.betaInitializer ?? 'zeros');
    this.gammaInitializer = initializerOf(label, 'gammaInitializer', options.gammaInitializer ?? 'ones');
    this.movingMeanInitializer = initializerOf(
      label,
      'movingMeanInitializer',
      options.movingMeanInitializer ?? 'zeros',
    );
    this.movingVarianceInitializer = initializerOf(
      label,
      'movingVarianceInitializer',
      options.movingVarianceInitializer ?? 'ones',
    );
    this.betaRegularizer = regularizerOf(label, 'betaRegularizer', options.betaRegularizer);
    this.gammaRegularizer = regularizerOf(label, 'gammaRegularizer', options.gammaRegularizer);
    this.betaConstraint = constraintOf(label, 'betaConstraint', options.betaConstraint);
    this.gammaConstraint = constraintOf(label, 'gammaConstraint', options.gammaConstraint);
  }

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
    const size = shape[axisOf(this.label, 'axis', this.axis, shape)] ?? null;
    if (size === null) {
      throw shapeMismatch(
        this.label,
        `expected a known size on axis ${this.axis}, got ${formatShape(shape)}`,
        'give input() the size of that axis',
      );
    }
    const weight = (
      name: string,
      initializer: Initializer,
    ): { name: string; shape: [number]; initializer: Initializer } => ({ name, shape: [size], initializer });
    const { gammaRegularizer, gammaConstraint, betaRegularizer, betaConstraint } = this;
    this.gamma = this.scale
      ? this.addWeight({
          ...weight('gamma', this.gammaInitializer),
          regularizer: gammaRegularizer,
          constraint: gammaConstraint,
        })
      : undefined;
    this.beta = this.center
      ? this.addWeight({
          ...weight('beta', this.betaInitializer),
          regularizer: betaRegularizer,
          constraint: betaConstraint,
        })
      : undefined;
    const state = (name: string, initializer: Initializer): Weight =>
      this.addWeight({ ...weight(name, initializer), trainable: false });
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

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
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

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      axis: this.axis,
      momentum: this.momentum,
      epsilon: this.epsilon,
      center: this.center,
      scale: this.scale,
      betaInitializer: this.betaInitializer,
      gammaInitializer: this.gammaInitializer,
      movingMeanInitializer: this.movingMeanInitializer,
      movingVarianceInitializer: this.movingVarianceInitializer,
      betaRegularizer: this.betaRegularizer,
      gammaRegularizer: this.gammaRegularizer,
      betaConstraint: this.betaConstraint,
      gammaConstraint: this.gammaConstraint,
      renorm: this.renorm,
      renormClipping: this.renormClipping as Config[string],
      renormMomentum: this.renormMomentum,
    };
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
export function batchNormalization(options: BatchNormalizationOptions = {}): BatchNormalization {
  return new BatchNormalization(options);
}
