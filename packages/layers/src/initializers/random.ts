// Initializers that draw from a distribution given outright.
import { Initializer, optionInvalid, type Config, type InitializerKey } from '@lamella/core';
import type { HostTensor, Shape, NumberDType } from '@lamella/program';
import { finite, nonNegative, seedOrNull } from '../options/checks.js';
import { draw } from './draw.js';

/** The options of {@link RandomNormal}. */
export interface RandomNormalOptions {
  readonly mean?: number;
  readonly stddev?: number;
  readonly seed?: number | null;
}

/** Normally distributed numbers. Source: keras.initializers.RandomNormal. Throws: OPTION_INVALID. */
export class RandomNormal extends Initializer {
  static readonly className = 'RandomNormal';
  static readonly identifiers: readonly string[] = ['random_normal', 'normal'];
  readonly mean: number;
  readonly stddev: number;
  readonly seed: number | null;

  constructor({ mean = 0, stddev = 0.05, seed = null }: RandomNormalOptions = {}) {
    super();
    this.mean = finite('RandomNormal', 'mean', mean);
    this.stddev = nonNegative('RandomNormal', 'stddev', stddev);
    this.seed = seedOrNull('RandomNormal', seed);
  }

  override initialize(shape: Shape, dtype: NumberDType, key: InitializerKey): HostTensor {
    return draw('RandomNormal', 'normal', shape, dtype, key, {
      seed: this.seed,
      scale: this.stddev,
      offset: this.mean,
    });
  }

  override getConfig(): Config {
    return { seed: this.seed, mean: this.mean, stddev: this.stddev };
  }
}

/** The options of {@link TruncatedNormal}. */
export type TruncatedNormalOptions = RandomNormalOptions;

/**
 * Normally distributed numbers, none further than two `stddev` from the mean.
 * Source: keras.initializers.TruncatedNormal. Throws: OPTION_INVALID.
 */
export class TruncatedNormal extends Initializer {
  static readonly className = 'TruncatedNormal';
  readonly mean: number;
  readonly stddev: number;
  readonly seed: number | null;

  constructor({ mean = 0, stddev = 0.05, seed = null }: TruncatedNormalOptions = {}) {
    super();
    this.mean = finite('TruncatedNormal', 'mean', mean);
    this.stddev = nonNegative('TruncatedNormal', 'stddev', stddev);
    this.seed = seedOrNull('TruncatedNormal', seed);
  }

  override initialize(shape: Shape, dtype: NumberDType, key: InitializerKey): HostTensor {
    return draw('TruncatedNormal', 'truncatedNormal', shape, dtype, key, {
      seed: this.seed,
      scale: this.stddev,
      offset: this.mean,
    });
  }

  override getConfig(): Config {
    return { seed: this.seed, mean: this.mean, stddev: this.stddev };
  }
}

/** The options of {@link RandomUniform}. */
export interface RandomUniformOptions {
  readonly minval?: number;
  readonly maxval?: number;
  readonly seed?: number | null;
}

/** Numbers evenly distributed from `minval` to `maxval`. Source: keras.initializers.RandomUniform. Throws: OPTION_INVALID. */
export class RandomUniform extends Initializer {
  static readonly className = 'RandomUniform';
  static readonly identifiers: readonly string[] = ['random_uniform', 'uniform'];
  readonly minval: number;
  readonly maxval: number;
  readonly seed: number | null;

  constructor({ minval = -0.05, maxval = 0.05, seed = null }: RandomUniformOptions = {}) {
    super();
    this.minval = finite('RandomUniform', 'minval', minval);
    this.maxval = finite('RandomUniform', 'maxval', maxval);
    if (minval > maxval) throw optionInvalid('RandomUniform', 'minval', `at most maxval (${maxval})`, minval);
    this.seed = seedOrNull('RandomUniform', seed);
  }

  override initialize(shape: Shape, dtype: NumberDType, key: InitializerKey): HostTensor {
    return draw('RandomUniform', 'uniform', shape, dtype, key, {
      seed: this.seed,
      scale: this.maxval - this.minval,
      offset: this.minval,
    });
  }

  override getConfig(): Config {
    return { seed: this.seed, minval: this.minval, maxval: this.maxval };
  }
}

/** Normally distributed numbers. */
export function randomNormal(options: RandomNormalOptions = {}): RandomNormal {
  return new RandomNormal(options);
}

/** Normally distributed numbers, none further than two deviations from the mean. */
export function truncatedNormal(options: TruncatedNormalOptions = {}): TruncatedNormal {
  return new TruncatedNormal(options);
}

/** Evenly distributed numbers. */
export function randomUniform(options: RandomUniformOptions = {}): RandomUniform {
  return new RandomUniform(options);
}
