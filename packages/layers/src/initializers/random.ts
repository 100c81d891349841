// Initializers that draw from a distribution given outright.
import {
  Initializer,
  nonNegativeOption,
  numberOption,
  optionInvalid,
  seedOption,
  withOptions,
  type GivenOptions,
  type InitializerKey,
} from '@lamella/core';
import type { HostTensor, Shape, NumberDType } from '@lamella/program';
import { draw } from './draw.js';

const normalOptions = {
  /** Default null, the model's. */
  seed: seedOption(),
  /** Default 0. */
  mean: numberOption(0),
  /** The standard deviation. Default 0.05. */
  stddev: nonNegativeOption(0.05),
};

/** The options of {@link RandomNormal}. */
export type RandomNormalOptions = GivenOptions<typeof normalOptions>;

/** Normally distributed numbers. Source: keras.initializers.RandomNormal. Throws: OPTION_INVALID. */
export class RandomNormal extends withOptions(Initializer, normalOptions) {
  static readonly className = 'RandomNormal';
  static readonly identifiers: readonly string[] = ['random_normal', 'normal'];

  override initialize(shape: Shape, dtype: NumberDType, key: InitializerKey): HostTensor {
    const { seed, mean, stddev } = this;
    return draw('RandomNormal', 'normal', shape, dtype, key, { seed, scale: stddev, offset: mean });
  }
}

/** The options of {@link TruncatedNormal}. */
export type TruncatedNormalOptions = RandomNormalOptions;

/**
 * Normally distributed numbers, none further than two `stddev` from the mean.
 * Source: keras.initializers.TruncatedNormal. Throws: OPTION_INVALID.
 */
export class TruncatedNormal extends withOptions(Initializer, normalOptions) {
  static readonly className = 'TruncatedNormal';

  override initialize(shape: Shape, dtype: NumberDType, key: InitializerKey): HostTensor {
    const { seed, mean, stddev } = this;
    const spread = { seed, scale: stddev, offset: mean };
    return draw('TruncatedNormal', 'truncatedNormal', shape, dtype, key, spread);
  }
}

const uniformOptions = {
  /** Default null, the model's. */
  seed: seedOption(),
  /** Default -0.05. */
  minval: numberOption(-0.05),
  /** Default 0.05. */
  maxval: numberOption(0.05),
};

/** The options of {@link RandomUniform}. */
export type RandomUniformOptions = GivenOptions<typeof uniformOptions>;

/** Numbers evenly distributed from `minval` to `maxval`. Source: keras.initializers.RandomUniform. Throws: OPTION_INVALID. */
export class RandomUniform extends withOptions(Initializer, uniformOptions) {
  static readonly className = 'RandomUniform';
  static readonly identifiers: readonly string[] = ['random_uniform', 'uniform'];

  constructor(given: RandomUniformOptions = {}) {
    super(given);
    const { minval, maxval } = this;
    if (minval > maxval) throw optionInvalid('RandomUniform', 'minval', `at most maxval (${maxval})`, minval);
  }

  override initialize(shape: Shape, dtype: NumberDType, key: InitializerKey): HostTensor {
    const { seed, minval, maxval } = this;
    return draw('RandomUniform', 'uniform', shape, dtype, key, {
      seed,
      scale: maxval - minval,
      offset: minval,
    });
  }
}

/** Normally distributed numbers. */
export function randomNormal(given: RandomNormalOptions = {}): RandomNormal {
  return new RandomNormal(given);
}

/** Normally distributed numbers, none further than two deviations from the mean. */
export function truncatedNormal(given: TruncatedNormalOptions = {}): TruncatedNormal {
  return new TruncatedNormal(given);
}

/** Evenly distributed numbers. */
export function randomUniform(given: RandomUniformOptions = {}): RandomUniform {
  return new RandomUniform(given);
}
