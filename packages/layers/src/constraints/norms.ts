// Constraints on the length of weights along axes: for a kernel of Dense, axis 0 is a unit's incoming weights.
import * as tf from '@tensorflow/tfjs-core';
import {
  Constraint,
  fractionOption,
  nonNegativeOption,
  optionInvalid,
  withOptions,
  type GivenOptions,
} from '@lamella/core';
import { axesOption } from '../options/axes.js';

/** Keras' epsilon. */
const epsilon = 1e-7;

type Axis = number | readonly number[];

function norms(weight: tf.Tensor, axis: Axis): tf.Tensor {
  return tf.sqrt(tf.sum(tf.square(weight), typeof axis === 'number' ? axis : [...axis], true));
}

function rescaled(weight: tf.Tensor, from: tf.Tensor, to: tf.Tensor): tf.Tensor {
  return tf.mul(weight, tf.div(to, tf.add(from, epsilon)));
}

const maxNormOptions = {
  /** Default 2. */
  maxValue: nonNegativeOption(2),
  /** Along which axes lengths are measured. Default 0. */
  axis: axesOption(0),
};

/** The options of {@link MaxNorm}. */
export type MaxNormOptions = GivenOptions<typeof maxNormOptions>;

/** Shortens what is longer than `maxValue`. Source: keras.constraints.MaxNorm. Throws: OPTION_INVALID. */
export class MaxNorm extends withOptions(Constraint, maxNormOptions) {
  static readonly className = 'MaxNorm';

  override call(weight: tf.Tensor): tf.Tensor {
    const lengths = norms(weight, this.axis);
    return rescaled(weight, lengths, tf.minimum(lengths, this.maxValue));
  }
}

const unitNormOptions = {
  /** Along which axes lengths are measured. Default 0. */
  axis: axesOption(0),
};

/** The options of {@link UnitNorm}. */
export type UnitNormOptions = GivenOptions<typeof unitNormOptions>;

/** Brings everything to length 1. Source: keras.constraints.UnitNorm. Throws: OPTION_INVALID. */
export class UnitNorm extends withOptions(Constraint, unitNormOptions) {
  static readonly className = 'UnitNorm';

  override call(weight: tf.Tensor): tf.Tensor {
    return tf.div(weight, tf.add(norms(weight, this.axis), epsilon));
  }
}

const minMaxNormOptions = {
  /** Default 0. */
  minValue: nonNegativeOption(0),
  /** Default 1. */
  maxValue: nonNegativeOption(1),
  /** How far each update goes towards the bounds. Default 1, all the way. */
  rate: fractionOption(1),
  /** Along which axes lengths are measured. Default 0. */
  axis: axesOption(0),
};

/** The options of {@link MinMaxNorm}. */
export type MinMaxNormOptions = GivenOptions<typeof minMaxNormOptions>;

/** Keeps lengths between two bounds. Source: keras.constraints.MinMaxNorm. Throws: OPTION_INVALID. */
export class MinMaxNorm extends withOptions(Constraint, minMaxNormOptions) {
  static readonly className = 'MinMaxNorm';

  constructor(given: MinMaxNormOptions = {}) {
    super(given);
    const { minValue, maxValue } = this;
    if (minValue > maxValue)
      throw optionInvalid('MinMaxNorm', 'minValue', `at most maxValue (${maxValue})`, minValue);
  }

  override call(weight: tf.Tensor): tf.Tensor {
    const lengths = norms(weight, this.axis);
    const bounded = tf.clipByValue(lengths, this.minValue, this.maxValue);
    const desired =
      this.rate === 1 ? bounded : tf.add(tf.mul(bounded, this.rate), tf.mul(lengths, 1 - this.rate));
    return rescaled(weight, lengths, desired);
  }
}

/** Lengths of at most `maxValue`. */
export function maxNorm(given: MaxNormOptions = {}): MaxNorm {
  return new MaxNorm(given);
}

/** Lengths of 1. */
export function unitNorm(given: UnitNormOptions = {}): UnitNorm {
  return new UnitNorm(given);
}

/** Lengths between two bounds. */
export function minMaxNorm(given: MinMaxNormOptions = {}): MinMaxNorm {
  return new MinMaxNorm(given);
}
