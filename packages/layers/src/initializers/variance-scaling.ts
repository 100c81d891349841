// Initializers whose spread depends on how many values go into and out of each unit: Glorot's, He's, LeCun's.
import {
  choiceOption,
  fromConfig,
  Initializer,
  option,
  optionInvalid,
  orNull,
  positiveOption,
  seedOption,
  withOptions,
  type GivenOptions,
  type InitializerKey,
  type SerializableClass,
} from '@lamella/core';
import type { HostTensor, Shape, NumberDType } from '@lamella/program';
import { axisList, axisOf } from '../options/axes.js';
import { draw } from './draw.js';

type Mode = 'fan_in' | 'fan_out' | 'fan_avg';
type Distribution = 'truncated_normal' | 'untruncated_normal' | 'uniform';

/** How far values spread: their variance is `scale` over what `mode` counts. */
interface Spread {
  readonly scale: number;
  readonly mode: Mode;
  readonly distribution: Distribution;
}

const axes = option<readonly number[]>({
  // None at all is one value.
  check: (subject, name, given) =>
    Array.isArray(given) && given.length === 0 ? [] : axisList(subject, name, given),
});

const fanOptions = {
  /** Default null, the model's. */
  seed: seedOption(),
  /** The weight's axes that count inputs, where they are not the usual ones; then `outputAxes` too. Default null. */
  inputAxes: orNull(axes),
  /** The weight's axes that count outputs. Default null. */
  outputAxes: orNull(axes),
};

/** The options of initializers that follow how many values go into and out of a unit. */
export type FanOptions = GivenOptions<typeof fanOptions>;

/** The standard deviation of a standard normal distribution cut at two deviations. */
const truncatedDeviation = 0.8796256610342398;

/** An initializer that follows how many values go into and out of a unit. */
abstract class FanInitializer extends withOptions(Initializer, fanOptions) {
  protected abstract readonly spread: Spread;

  constructor(given: FanOptions = {}) {
    super(given);
    if ((this.inputAxes === null) === (this.outputAxes === null)) return;
    const [missing, other] =
      this.inputAxes === null ? ['inputAxes', 'outputAxes'] : ['outputAxes', 'inputAxes'];
    throw optionInvalid(this.className, missing, `a list of axes, as ${other} is one`, null);
  }

  override initialize(shape: Shape, dtype: NumberDType, key: InitializerKey): HostTensor {
    const { className, seed } = this;
    const { scale, mode, distribution } = this.spread;
    const subject = `Initializer ${className}`;
    for (const axis of this.inputAxes ?? []) axisOf(subject, 'inputAxes', axis, shape);
    for (const axis of this.outputAxes ?? []) axisOf(subject, 'outputAxes', axis, shape);
    const [fanIn, fanOut] = fans(shape, this.inputAxes, this.outputAxes);
    const fan = mode === 'fan_in' ? fanIn : mode === 'fan_out' ? fanOut : (fanIn + fanOut) / 2;
    const variance = scale / Math.max(1, fan);
    if (distribution === 'uniform') {
      const limit = Math.sqrt(3 * variance);
      return draw(className, 'uniform', shape, dtype, key, { seed, scale: 2 * limit, offset: -limit });
    }
    const deviation = Math.sqrt(variance);
    if (distribution === 'untruncated_normal')
      return draw(className, 'normal', shape, dtype, key, { seed, scale: deviation });
    return draw(className, 'truncatedNormal', shape, dtype, key, {
      seed,
      scale: deviation / truncatedDeviation,
    });
  }
}

/** The initializer, told which axes of its weight count inputs and outputs, where it asks and was not told. */
export function withFanAxes(
  initializer: Initializer,
  inputAxes: readonly number[],
  outputAxes: readonly number[],
): Initializer {
  if (!(initializer instanceof FanInitializer) || initializer.inputAxes !== null) return initializer;
  const found = initializer.constructor as unknown as SerializableClass<Initializer>;
  return fromConfig(found, { ...initializer.getConfig(), inputAxes, outputAxes });
}

/** How many values go into and come out of a unit: for a convolution, the receptive field times the channels. */
export function fans(
  shape: Shape,
  inputAxes: readonly number[] | null,
  outputAxes: readonly number[] | null,
): [number, number] {
  const product = (sizes: readonly number[]): number => sizes.reduce((a, b) => a * b, 1);
  const along = (axes: readonly number[]): number => product(axes.map((axis) => shape.at(axis)!));
  if (inputAxes !== null && outputAxes !== null) return [along(inputAxes), along(outputAxes)];
  if (shape.length === 0) return [1, 1];
  if (shape.length === 1) return [shape[0]!, shape[0]!];
  const field = product(shape.slice(0, -2));
  return [field * shape.at(-2)!, field * shape.at(-1)!];
}

const distribution = choiceOption<Distribution>(
  ['truncated_normal', 'untruncated_normal', 'uniform'],
  'truncated_normal',
);

const options = {
  /** Default 1. */
  scale: positiveOption(1),
  /** What is counted: inputs, outputs, or the mean of both. Default `fan_in`. */
  mode: choiceOption<Mode>(['fan_in', 'fan_out', 'fan_avg'], 'fan_in'),
  /** Default `truncated_normal`; `normal` is another word for it. */
  distribution: option<Distribution | 'normal', Distribution>({
    check: (subject, name, given, owner) =>
      distribution.check(subject, name, given === 'normal' ? 'truncated_normal' : given, owner),
    default: 'truncated_normal',
  }),
};

/** The options of {@link VarianceScaling}. */
export type VarianceScalingOptions = FanOptions & GivenOptions<typeof options>;

/**
 * Draws with variance `scale / fan`. Source: keras.initializers.VarianceScaling. Throws: OPTION_INVALID.
 *
 * @example
 * const kernel = new initializers.VarianceScaling({ scale: 2, mode: 'fan_out', distribution: 'uniform' });
 */
export class VarianceScaling extends withOptions(FanInitializer, options) {
  static readonly className = 'VarianceScaling';

  protected override get spread(): Spread {
    return this;
  }
}

/** Within ±sqrt(6 / (in + out)): the default of kernels. Source: Glorot and Bengio (2010), equation 16. */
export class GlorotUniform extends FanInitializer {
  static readonly className = 'GlorotUniform';
  protected override readonly spread: Spread = { scale: 1, mode: 'fan_avg', distribution: 'uniform' };
}

/** With variance 2 / (in + out), truncated. Source: Glorot and Bengio (2010). */
export class GlorotNormal extends FanInitializer {
  static readonly className = 'GlorotNormal';
  protected override readonly spread: Spread = {
    scale: 1,
    mode: 'fan_avg',
    distribution: 'truncated_normal',
  };
}

/** Within ±sqrt(6 / in). Source: He and others (2015). */
export class HeUniform extends FanInitializer {
  static readonly className = 'HeUniform';
  protected override readonly spread: Spread = { scale: 2, mode: 'fan_in', distribution: 'uniform' };
}

/** With variance 2 / in, truncated. Source: He and others (2015), equation 10. */
export class HeNormal extends FanInitializer {
  static readonly className = 'HeNormal';
  protected override readonly spread: Spread = { scale: 2, mode: 'fan_in', distribution: 'truncated_normal' };
}

/** Within ±sqrt(3 / in). Source: Klambauer and others (2017). */
export class LecunUniform extends FanInitializer {
  static readonly className = 'LecunUniform';
  protected override readonly spread: Spread = { scale: 1, mode: 'fan_in', distribution: 'uniform' };
}

/** With variance 1 / in, truncated. Source: Klambauer and others (2017). */
export class LecunNormal extends FanInitializer {
  static readonly className = 'LecunNormal';
  protected override readonly spread: Spread = { scale: 1, mode: 'fan_in', distribution: 'truncated_normal' };
}

/** Makes a {@link VarianceScaling}. */
export function varianceScaling(given: VarianceScalingOptions = {}): VarianceScaling {
  return new VarianceScaling(given);
}

/** Makes a {@link GlorotUniform}. */
export function glorotUniform(given: FanOptions = {}): GlorotUniform {
  return new GlorotUniform(given);
}

/** Makes a {@link GlorotNormal}. */
export function glorotNormal(given: FanOptions = {}): GlorotNormal {
  return new GlorotNormal(given);
}

/** Makes a {@link HeUniform}. */
export function heUniform(given: FanOptions = {}): HeUniform {
  return new HeUniform(given);
}

/** Makes a {@link HeNormal}. */
export function heNormal(given: FanOptions = {}): HeNormal {
  return new HeNormal(given);
}

/** Makes a {@link LecunUniform}. */
export function lecunUniform(given: FanOptions = {}): LecunUniform {
  return new LecunUniform(given);
}

/** Makes a {@link LecunNormal}. */
export function lecunNormal(given: FanOptions = {}): LecunNormal {
  return new LecunNormal(given);
}
