// LayerNormalization: each example is brought to mean 0 and variance 1 by its own statistics.
import * as tf from '@tensorflow/tfjs-core';
import {
  Layer,
  type Config,
  type Constraint,
  type Initializer,
  type LayerOptions,
  type Regularizer,
  type Weight,
} from '@lamella/core';
import {
  formatShape,
  isConcrete,
  sameShape,
  shapeMismatch,
  type SymbolicShape,
  type Tree,
} from '@lamella/program';
import { axesOf, axisOrList } from '../options/axes.js';
import { nonNegative } from '../options/checks.js';
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
import { normalize, statistics } from './statistics.js';

/** The options of {@link LayerNormalization}. */
export interface LayerNormalizationOptions extends LayerOptions {
  /** The axis, or axes taken together, along which an example is normalized. */
  readonly axis?: number | readonly number[];
  readonly epsilon?: number;
  /** Whether there is a `beta`, added at the end. */
  readonly center?: boolean;
  /** Whether there is a `gamma`, multiplied with. */
  readonly scale?: boolean;
  readonly betaInitializer?: InitializerOption;
  readonly gammaInitializer?: InitializerOption;
  readonly betaRegularizer?: RegularizerOption;
  readonly gammaRegularizer?: RegularizerOption;
  readonly betaConstraint?: ConstraintOption;
  readonly gammaConstraint?: ConstraintOption;
  /** Keras' deprecated variant: the values are not centred, and there is a `gamma` and no `beta`. Default false. */
  readonly rmsScaling?: boolean;
}

/**
 * `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with each example's own statistics.
 * Source: Ba and others (2016), keras.layers.LayerNormalization.
 * Shapes: any to the same. Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, SHAPE_MISMATCH.
 *
 * @example
 * const y = layerNormalization({ epsilon: 1e-5 }).apply(input({ shape: [12, 64] }));
 */
export class LayerNormalization extends Layer {
  static readonly className = 'LayerNormalization';
  readonly axis: readonly number[];
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
  readonly rmsScaling: boolean;
  private readonly betaInitializer: Initializer;
  private readonly gammaInitializer: Initializer;
  private readonly betaRegularizer: Regularizer | null;
  private readonly gammaRegularizer: Regularizer | null;
  private readonly betaConstraint: Constraint | null;
  private readonly gammaConstraint: Constraint | null;
  private sizes: readonly number[] = [];
  private gamma: Weight | undefined;
  private beta: Weight | undefined;

  constructor(options: LayerNormalizationOptions = {}) {
    super(options);
    const { label } = this;
    const axis = axisOrList(label, 'axis', options.axis ?? -1);
    this.axis = typeof axis === 'number' ? [axis] : [...axis].sort((a, b) => a - b);
    this.epsilon = nonNegative(label, 'epsilon', options.epsilon ?? 1e-3);
    this.center = options.center ?? true;
    this.scale = options.scale ?? true;
    this.rmsScaling = options.rmsScaling ?? false;
    this.betaInitializer = initializerOf(label, 'betaInitializer', options.betaInitializer ?? 'zeros');
    this.gammaInitializer = initializerOf(label, 'gammaInitializer', options.gammaInitializer ?? 'ones');
    this.betaRegularizer = regularizerOf(label, 'betaRegularizer', options.betaRegularizer);
    this.gammaRegularizer = regularizerOf(label, 'gammaRegularizer', options.gammaRegularizer);
    this.betaConstraint = constraintOf(label, 'betaConstraint', options.betaConstraint);
    this.gammaConstraint = constraintOf(label, 'gammaConstraint', options.gammaConstraint);
  }

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    const sizes = axesOf(this.label, 'axis', this.axis, shape).map((axis) => shape[axis] ?? null);
    if (!isConcrete(sizes)) {
      throw shapeMismatch(
        this.label,
        `expected known sizes on axis ${formatShape(this.axis)}, got ${formatShape(shape)}`,
        'give input() the sizes of those axes',
      );
    }
    this.sizes = sizes;
    this.gamma =
      this.scale || this.rmsScaling
        ? this.addWeight({
            name: 'gamma',
            shape: sizes,
            initializer: this.gammaInitializer,
            regularizer: this.gammaRegularizer,
            constraint: this.gammaConstraint,
          })
        : undefined;
    this.beta =
      this.center && !this.rmsScaling
        ? this.addWeight({
            name: 'beta',
            shape: sizes,
            initializer: this.betaInitializer,
            regularizer: this.betaRegularizer,
            constraint: this.betaConstraint,
          })
        : undefined;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    requireBuilt(this);
    const x = floatTensor(singleTensor(this.label, inputs));
    const axes = axesOf(this.label, 'axis', this.axis, x.shape);
    const given = axes.map((axis) => x.shape[axis]!);
    if (!sameShape(given, this.sizes)) {
      throw shapeMismatch(
        this.label,
        `expected ${formatShape(this.sizes)} on axis ${formatShape(this.axis)}, as it was built for, got ${formatShape(given)} (input ${formatShape(x.shape)})`,
      );
    }
    const isLast = axes.every((axis, i) => axis === x.rank - axes.length + i);
    const spread = (weight: Weight | undefined): tf.Tensor | null => {
      if (weight === undefined) return null;
      return isLast
        ? weight.read()
        : tf.reshape(
            weight.read(),
            x.shape.map((size, i) => (axes.includes(i) ? size : 1)),
          );
    };
    const { centred, variance } = statistics(x, axes);
    return normalize(
      { variance, centred: this.rmsScaling ? x : centred },
      this.epsilon,
      spread(this.gamma),
      spread(this.beta),
    );
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      axis: this.axis,
      epsilon: this.epsilon,
      center: this.center,
      scale: this.scale,
      rmsScaling: this.rmsScaling,
      betaInitializer: this.betaInitializer,
      gammaInitializer: this.gammaInitializer,
      betaRegularizer: this.betaRegularizer,
      gammaRegularizer: this.gammaRegularizer,
      betaConstraint: this.betaConstraint,
      gammaConstraint: this.gammaConstraint,
    };
  }
}

/** Makes a {@link LayerNormalization}. */
export function layerNormalization(options: LayerNormalizationOptions = {}): LayerNormalization {
  return new LayerNormalization(options);
}
