// GroupNormalization: channels are brought to mean 0 and variance 1 in groups, by the statistics of each example.
import * as tf from '@tensorflow/tfjs-core';
import {
  booleanOption,
  integerOption,
  Layer,
  nonNegativeOption,
  option,
  optionInvalid,
  withOptions,
  type Autocast,
  type Config,
  type Weight,
} from '@lamella/core';
import {
  formatShape,
  shapeMismatch,
  withFullPrecision,
  type SymbolicShape,
  type Tree,
} from '@lamella/program';
import { axisOf } from '../options/axes.js';
import { requireBuilt } from '../options/built.js';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor, knownSize, singleShape, singleTensor } from '../options/single-input.js';
import { betaAndGamma, weightSpec } from '../options/weight-declarations.js';
import { normalize, statistics } from './statistics.js';

const options = {
  /** How many groups, which must divide the channels; -1 is as many as there are channels. Default 32. */
  groups: option<number>({
    check: (subject, name, given) => {
      if (Number.isSafeInteger(given) && ((given as number) > 0 || given === -1)) return given as number;
      throw optionInvalid(subject, name, 'a positive integer, or -1', given);
    },
    default: 32,
  }),
  /** The axis of the channels. Default -1. */
  axis: integerOption(-1),
  /** What is added to the variance. Default 1e-3. */
  epsilon: nonNegativeOption(1e-3),
  /** Whether there is a `beta`, added at the end. Default true. */
  center: booleanOption(true),
  /** Whether there is a `gamma`, multiplied with. Default true. */
  scale: booleanOption(true),
  ...betaAndGamma.initializers,
  ...betaAndGamma.others,
};

/** The options of {@link GroupNormalization}. */
export type GroupNormalizationOptions = OptionsFor<typeof options>;

/**
 * `gamma * (x - mean) / sqrt(variance + epsilon) + beta`, with the statistics of each group of channels of each example.
 * Source: Wu and He (2018), keras.layers.GroupNormalization.
 * Shapes: any to the same. Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, SHAPE_MISMATCH.
 *
 * @example
 * const y = groupNormalization({ groups: 4 }).apply(input({ shape: [28, 28, 8] }));
 */
export class GroupNormalization extends withOptions(Layer, options) {
  static readonly className = 'GroupNormalization';
  private channels: number | undefined;
  private gamma: Weight | undefined;
  private beta: Weight | undefined;

  override get supportsMasking(): boolean {
    return true;
  }

  override get autocast(): Autocast {
    return 'outputs';
  }

  /** As Keras, it says how many groups -1 turned out to be. */
  override getConfig(): Config {
    return { ...super.getConfig(), groups: this.groupCount };
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    const shape = singleShape(this.label, inputShape);
    const axis = axisOf(this.label, 'axis', this.axis, shape);
    if (axis === 0) throw optionInvalid(this.label, 'axis', 'another axis than the batch', this.axis);
    const size = knownSize(this.label, shape, axis, `size on axis ${this.axis}`, 'number of channels');
    if (this.groups > 0 && size % this.groups !== 0)
      throw optionInvalid(this.label, 'groups', `a divisor of the ${size} channels`, this.groups);
    this.channels = size;
    this.gamma = this.scale ? this.addWeight(weightSpec(this, 'gamma', [size])) : undefined;
    this.beta = this.center ? this.addWeight(weightSpec(this, 'beta', [size])) : undefined;
  }

  /** Sums of squares overflow narrower dtypes. */
  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return withFullPrecision(() => this.normalized(floatTensor(singleTensor(this.label, inputs))));
  }

  private get groupCount(): number {
    return this.groups === -1 ? (this.channels ?? -1) : this.groups;
  }

  private normalized(x: tf.Tensor): tf.Tensor {
    requireBuilt(this);
    const axis = axisOf(this.label, 'axis', this.axis, x.shape);
    const size = x.shape[axis]!;
    if (size !== this.channels)
      throw shapeMismatch(
        this.label,
        `expected ${this.channels} on axis ${this.axis}, as it was built for, got ${size} (input ${formatShape(x.shape)})`,
      );
    // The channels as two axes: which group, and which of the group.
    const split = (sizes: readonly number[]): number[] => [
      ...sizes.slice(0, axis),
      this.groupCount,
      size / this.groupCount,
      ...sizes.slice(axis + 1),
    ];
    const spread = (weight: Weight | undefined): tf.Tensor | null =>
      weight === undefined ? null : tf.reshape(weight.read(), split(x.shape.map(() => 1)));
    const others = Array.from({ length: x.rank }, (_, i) => i + 1).filter((i) => i !== axis);
    const grouped = statistics(tf.reshape(x, split(x.shape)), others);
    return tf.reshape(normalize(grouped, this.epsilon, spread(this.gamma), spread(this.beta)), x.shape);
  }
}

/** Makes a {@link GroupNormalization}. */
export function groupNormalization(given: GroupNormalizationOptions = {}): GroupNormalization {
  return new GroupNormalization(given);
}
