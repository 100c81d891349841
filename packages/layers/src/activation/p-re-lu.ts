// PReLU: a rectifier whose slope below 0 is learned.
import * as tf from '@tensorflow/tfjs-core';
import { option, optionInvalid, withOptions, type CallContext, type Weight } from '@lamella/core';
import { formatShape, isConcrete, shapeMismatch, type SymbolicShape, type Tree } from '@lamella/program';
import { axisList } from '../options/axes.js';
import { requireBuilt } from '../options/built.js';
import {
  constraintOption,
  initializerOption,
  regularizerOption,
  type OptionsFor,
} from '../options/declarations.js';
import { floatTensor, singleShape, singleTensor } from '../options/single-input.js';
import { weightSpec } from '../options/weight-declarations.js';
import { ShapePreserving } from '../shape-preserving.js';

const options = {
  /** The first slopes. Default `zeros`. */
  alphaInitializer: initializerOption('zeros'),
  /** What the slopes add to the loss. Default null, nothing. */
  alphaRegularizer: regularizerOption(),
  /** What the slopes must fulfil after each step. Default null, nothing. */
  alphaConstraint: constraintOption(),
  /** The axes, counted from 1, along which the slopes are the same: [1, 2] for images gives one slope a channel. Default null. */
  sharedAxes: option<number | readonly number[] | null, readonly number[] | null>({
    check: (subject, name, given) => {
      if (given === null) return null;
      return Array.isArray(given) && given.length === 0 ? [] : axisList(subject, name, given);
    },
    default: null,
  }),
};

/** The options of {@link PReLU}. */
export type PReLUOptions = OptionsFor<typeof options>;

/**
 * x where it is positive, else `alpha * x` with a learned `alpha`. Source: He and others (2015), keras.layers.PReLU.
 * Shapes: any to the same. Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, SHAPE_MISMATCH.
 *
 * @example
 * const y = pReLU({ sharedAxes: [1, 2] }).apply(input({ shape: [8, 8, 3] }));
 */
export class PReLU extends withOptions(ShapePreserving, options) {
  static readonly className = 'PReLU';
  private alpha!: Weight;

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
    this.alpha = this.addWeight(weightSpec(this, 'alpha', slopes));
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
}

/** Makes a {@link PReLU}. */
export function pReLU(given: PReLUOptions = {}): PReLU {
  return new PReLU(given);
}
