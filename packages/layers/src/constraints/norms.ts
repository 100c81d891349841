// Constraints on the length of weights along axes: for a kernel of Dense, axis 0 is a unit's incoming weights.
import * as tf from '@tensorflow/tfjs-core';
import { Constraint, optionInvalid, type Config } from '@lamella/core';
import { axisOrList } from '../options/axes.js';
import { nonNegative, share } from '../options/checks.js';

/** Keras' epsilon. */
const epsilon = 1e-7;

type Axis = number | readonly number[];

function norms(weight: tf.Tensor, axis: Axis): tf.Tensor {
  return tf.sqrt(tf.sum(tf.square(weight), typeof axis === 'number' ? axis : [...axis], true));
}

function rescaled(weight: tf.Tensor, from: tf.Tensor, to: tf.Tensor): tf.Tensor {
  return tf.mul(weight, tf.div(to, tf.add(from, epsilon)));
}

/** The options of {@link MaxNorm}. */
export interface MaxNormOptions {
  readonly maxValue?: number;
  readonly axis?: Axis;
}

/** Shortens what is longer than `maxValue`. Source: keras.constraints.MaxNorm. Throws: OPTION_INVALID. */
export class MaxNorm extends Constraint {
  static readonly className = 'MaxNorm';
  readonly maxValue: number;
  readonly axis: Axis;

  constructor({ maxValue = 2, axis = 0 }: MaxNormOptions = {}) {
    super();
    this.maxValue = nonNegative('MaxNorm', 'maxValue', maxValue);
    this.axis = axisOrList('MaxNorm', 'axis', axis);
  }

  override call(weight: tf.Tensor): tf.Tensor {
    const lengths = norms(weight, this.axis);
    return rescaled(weight, lengths, tf.minimum(lengths, this.maxValue));
  }

  override getConfig(): Config {
    return { maxValue: this.maxValue, axis: this.axis };
  }
}

/** The options of {@link UnitNorm}. */
export interface UnitNormOptions {
  readonly axis?: Axis;
}

/** Brings everything to length 1. Source: keras.constraints.UnitNorm. Throws: OPTION_INVALID. */
export class UnitNorm extends Constraint {
  static readonly className = 'UnitNorm';
  readonly axis: Axis;

  constructor({ axis = 0 }: UnitNormOptions = {}) {
    super();
    this.axis = axisOrList('UnitNorm', 'axis', axis);
  }

  override call(weight: tf.Tensor): tf.Tensor {
    return tf.div(weight, tf.add(norms(weight, this.axis), epsilon));
  }

  override getConfig(): Config {
    return { axis: this.axis };
  }
}

/** The options of {@link MinMaxNorm}. */
export interface MinMaxNormOptions {
  readonly minValue?: number;
  readonly maxValue?: number;
  /** How far each update goes towards the bounds: 1 is all the way. */
  readonly rate?: number;
  readonly axis?: Axis;
}

/** Keeps lengths between two bounds. Source: keras.constraints.MinMaxNorm. Throws: OPTION_INVALID. */
export class MinMaxNorm extends Constraint {
  static readonly className = 'MinMaxNorm';
  readonly minValue: number;
  readonly maxValue: number;
  readonly rate: number;
  readonly axis: Axis;

  constructor({ minValue = 0, maxValue = 1, rate = 1, axis = 0 }: MinMaxNormOptions = {}) {
    super();
    this.minValue = nonNegative('MinMaxNorm', 'minValue', minValue);
    this.maxValue = nonNegative('MinMaxNorm', 'maxValue', maxValue);
    if (minValue > maxValue)
      throw optionInvalid('MinMaxNorm', 'minValue', `at most maxValue (${maxValue})`, minValue);
    this.rate = share('MinMaxNorm', 'rate', rate);
    this.axis = axisOrList('MinMaxNorm', 'axis', axis);
  }

  override call(weight: tf.Tensor): tf.Tensor {
    const lengths = norms(weight, this.axis);
    const bounded = tf.clipByValue(lengths, this.minValue, this.maxValue);
    const desired =
      this.rate === 1 ? bounded : tf.add(tf.mul(bounded, this.rate), tf.mul(lengths, 1 - this.rate));
    return rescaled(weight, lengths, desired);
  }

  override getConfig(): Config {
    return { minValue: this.minValue, maxValue: this.maxValue, rate: this.rate, axis: this.axis };
  }
}

/** Lengths of at most `maxValue`. */
export function maxNorm(options: MaxNormOptions = {}): MaxNorm {
  return new MaxNorm(options);
}

/** Lengths of 1. */
export function unitNorm(options: UnitNormOptions = {}): UnitNorm {
  return new UnitNorm(options);
}

/** Lengths between two bounds. */
export function minMaxNorm(options: MinMaxNormOptions = {}): MinMaxNorm {
  return new MinMaxNorm(options);
}
