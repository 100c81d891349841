// PReLU: a rectifier whose slope below 0 is learned.
import * as tf from '@tensorflow/tfjs-core';
import {
  optionInvalid,
  type CallContext,
  type Config,
  type Constraint,
  type Initializer,
  type LayerOptions,
  type Regularizer,
  type Weight,
} from '@lamella/core';
import { formatShape, isConcrete, shapeMismatch, type SymbolicShape, type Tree } from '@lamella/program';
import { axisOrList } from '../options/axes.js';
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
import { ShapePreserving } from '../shape-preserving.js';

/** The options of {@link PReLU}. */
export interface PReLUOptions extends LayerOptions {
  readonly alphaInitializer?: InitializerOption;
  readonly alphaRegularizer?: RegularizerOption;
  readonly alphaConstraint?: ConstraintOption;
  /** The axes, counted from 1, along which the slopes are the same: [1, 2] for images gives one slope a channel. */
  readonly sharedAxes?: number | readonly number[] | null;
}

/**
 * x where it is positive, else `alpha * x` with a learned `alpha`. Source: He and others (2015), keras.layers.PReLU.
 * Shapes: any to the same. Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, SHAPE_MISMATCH.
 *
 * @example
 * const y = pReLU({ sharedAxes: [1, 2] }).apply(input({ shape: [8, 8, 3] }));
 */
export class PReLU extends ShapePreserving {
  static readonly className = 'PReLU';
  readonly sharedAxes: readonly number[] | null;
  private readonly alphaInitializer: Initializer;
  private readonly alphaRegularizer: Regularizer | null;
  private readonly alphaConstraint: Constraint | null;
  private alpha!: Weight;

  constructor(options: PReLUOptions = {}) {
    super(options);
    const shared = options.sharedAxes ?? null;
    const axes =
      shared === null || (Array.isArray(shared) && shared.length === 0)
        ? shared
        : axisOrList(this.label, 'sharedAxes', shared);
    this.sharedAxes = typeof axes === 'number' ? [axes] : (axes as readonly number[] | null);
    this.alphaInitializer = initializerOf(
      this.label,
      'alphaInitializer',
      options.alphaInitializer ?? 'zeros',
    );
    this.alphaRegularizer = regularizerOf(this.label, 'alphaRegularizer', options.alphaRegularizer);
    this.alphaConstraint = constraintOf(this.label, 'alphaConstraint', options.alphaConstraint);
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    for (const axis of this.sharedAxes ?? []) {
      if (axis < 1 || axis >= shape.length)
        throw optionInvalid(this.label, 'sharedAxes', `axes from 1 to ${shape.length - 1}`, this.sharedAxes);
    }
    const slopes = shape.slice(1).map((size, i) => (this.sharedAxes?.includes(i + 1) === true ? 1 : size));
    if (!isConcrete(slopes)) {
      throw shapeMismatch(
        this.label,
        `expected known sizes, got ${formatShape(shape)}`,
        'give input() the sizes, or list the unknown axes in sharedAxes',
      );
    }
    this.alpha = this.addWeight({
      name: 'alpha',
      shape: slopes,
      initializer: this.alphaInitializer,
      regularizer: this.alphaRegularizer,
      constraint: this.alphaConstraint,
    });
  }

  override call(inputs: tf.Tensor | tf.Tensor[], _context: CallContext): tf.Tensor {
    requireBuilt(this);
    const x = floatTensor(singleTensor(this.label, inputs));
    this.checkShape(x.shape);
    return tf.add(tf.relu(x), tf.mul(this.alpha.read(), tf.minimum(x, 0)));
  }

  protected override checkShape(shape: SymbolicShape): void {
    const wanted = this.alpha.shape.map((size, i) =>
      this.sharedAxes?.includes(i + 1) === true ? null : size,
    );
    const given = shape.slice(1);
    const fits =
      given.length === wanted.length &&
      wanted.every((size, i) => size === null || given[i] === null || given[i] === size);
    if (fits) return;
    throw shapeMismatch(
      this.label,
      `expected inputs of shape ${formatShape([null, ...wanted])}, as its alpha was created for, got ${formatShape(shape)}`,
      `feed inputs of that shape, or rebuild the graph for ${formatShape(given)}`,
    );
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      alphaInitializer: this.alphaInitializer,
      alphaRegularizer: this.alphaRegularizer,
      alphaConstraint: this.alphaConstraint,
      sharedAxes: this.sharedAxes,
    };
  }
}

/** Makes a {@link PReLU}. */
export function pReLU(options: PReLUOptions = {}): PReLU {
  return new PReLU(options);
}
