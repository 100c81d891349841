// BatchNormalization: values are brought to mean 0 and variance 1 by the batch's statistics in training, by their moving
// averages otherwise.
import * as tf from '@tensorflow/tfjs-core';
import {
  Layer,
  optionInvalid,
  rankMismatch,
  type CallContext,
  type Config,
  type Constraint,
  type Initializer,
  type LayerOptions,
  type Regularizer,
  type Weight,
} from '@lamella/core';
import { formatShape, shapeMismatch, type SymbolicShape } from '@lamella/program';
import { axisOf } from '../options/axes.js';
import { finite, integer, nonNegative } from '../options/checks.js';
import { floatTensor, singleShape, singleTensor } from '../options/single-input.js';
import {
  constraintOf,
  initializerOf,
  regularizerOf,
  type ConstraintOption,
  type InitializerOption,
  type RegularizerOption,
} from '../options/weight-options.js';
import { normalize, statistics, type Statistics } from './statistics.js';

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
  /** Batch renormalization is not supported: anything but false is refused. */
  readonly renorm?: false;
}

/**
 * `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with the population variance; a masked place counts for
 * nothing in the statistics. With `trainable` false it uses and keeps the moving averages even in training.
 * Source: Ioffe and Szegedy (2015), keras.layers.BatchNormalization.
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

  constructor(options: BatchNormalizationOptions = {}) {
    super(options);
    const { label } = this;
    this.axis = integer(label, 'axis', options.axis ?? -1);
    this.momentum = finite(label, 'momentum', options.momentum ?? 0.99);
    this.epsilon = nonNegative(label, 'epsilon', options.epsilon ?? 1e-3);
    this.center = options.center ?? true;
    this.scale = options.scale ?? true;
    if ((options.renorm ?? false) !== false)
      throw optionInvalid(label, 'renorm', 'false: batch renormalization is not supported', options.renorm);
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

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: SymbolicShape | readonly SymbolicShape[]): void {
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
    this.movingMean = this.addWeight({
      ...weight('moving_mean', this.movingMeanInitializer),
      trainable: false,
    });
    this.movingVariance = this.addWeight({
      ...weight('moving_variance', this.movingVarianceInitializer),
      trainable: false,
    });
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
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
      this.keepAverages(batch);
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
    };
  }

  private keepAverages({ mean, variance }: Statistics): void {
    const keep = (weight: Weight, value: tf.Tensor): void => {
      const next = tf.reshape(value, weight.shape as number[]);
      weight.assign(tf.add(tf.mul(weight.read(), this.momentum), tf.mul(next, 1 - this.momentum)));
    };
    keep(this.movingMean, mean);
    keep(this.movingVariance, variance);
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

function scaled(x: tf.Tensor, factor: tf.Tensor | null): tf.Tensor {
  return factor === null ? x : tf.mul(x, factor);
}

/** Makes a {@link BatchNormalization}. */
export function batchNormalization(options: BatchNormalizationOptions = {}): BatchNormalization {
  return new BatchNormalization(options);
}
