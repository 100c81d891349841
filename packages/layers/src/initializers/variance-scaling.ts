// Initializers whose spread depends on how many values go into and out of each unit: Glorot's, He's, LeCun's.
import { Initializer, optionInvalid, type Config, type InitializerKey } from '@lamella/core';
import type { HostTensor, Shape, NumberDType } from '@lamella/program';
import { axisOf, axisOrList } from '../options/axes.js';
import { oneOf, seedOrNull } from '../options/checks.js';
import { draw } from './draw.js';

type Mode = 'fan_in' | 'fan_out' | 'fan_avg';
type Distribution = 'truncated_normal' | 'untruncated_normal' | 'uniform';

/** The options of initializers that follow how many values go into and out of a unit. */
export interface FanOptions {
  readonly seed?: number | null;
  /** The weight's axes that count inputs, where they are not the usual ones; then `outputAxes` too. */
  readonly inputAxes?: readonly number[] | null;
  readonly outputAxes?: readonly number[] | null;
}

/** The options of {@link VarianceScaling}. */
export interface VarianceScalingOptions extends FanOptions {
  readonly scale?: number;
  readonly mode?: Mode;
  /** `normal` is another word for `truncated_normal`. */
  readonly distribution?: Distribution | 'normal';
}

/** The standard deviation of a standard normal distribution cut at two deviations. */
const truncatedDeviation = 0.8796256610342398;

/**
 * Draws with variance `scale / fan`. Source: keras.initializers.VarianceScaling. Throws: OPTION_INVALID.
 *
 * @example
 * const kernel = new initializers.VarianceScaling({ scale: 2, mode: 'fan_out', distribution: 'uniform' });
 */
export class VarianceScaling extends Initializer {
  static readonly className: string = 'VarianceScaling';
  readonly scale: number;
  readonly mode: Mode;
  readonly distribution: Distribution;
  readonly seed: number | null;
  readonly inputAxes: readonly number[] | null;
  readonly outputAxes: readonly number[] | null;

  constructor(options: VarianceScalingOptions = {}) {
    super();
    const {
      scale = 1,
      mode = 'fan_in',
      distribution = 'truncated_normal',
      seed,
      inputAxes,
      outputAxes,
    } = options;
    if (!(Number.isFinite(scale) && scale > 0))
      throw optionInvalid(this.className, 'scale', 'a positive number', scale);
    this.scale = scale;
    this.mode = oneOf(this.className, 'mode', mode, ['fan_in', 'fan_out', 'fan_avg']);
    const known = ['truncated_normal', 'untruncated_normal', 'uniform'] as const;
    this.distribution = oneOf(
      this.className,
      'distribution',
      distribution === 'normal' ? 'truncated_normal' : distribution,
      known,
    );
    this.seed = seedOrNull(this.className, seed);
    this.inputAxes = axesOrNull(this.className, 'inputAxes', inputAxes);
    this.outputAxes = axesOrNull(this.className, 'outputAxes', outputAxes);
    if ((this.inputAxes === null) !== (this.outputAxes === null)) {
      const [missing, given] =
        this.inputAxes === null ? ['inputAxes', 'outputAxes'] : ['outputAxes', 'inputAxes'];
      throw optionInvalid(this.className, missing, `a list of axes, as ${given} is one`, null);
    }
  }

  override initialize(shape: Shape, dtype: NumberDType, key: InitializerKey): HostTensor {
    const subject = `Initializer ${this.className}`;
    for (const axis of this.inputAxes ?? []) axisOf(subject, 'inputAxes', axis, shape);
    for (const axis of this.outputAxes ?? []) axisOf(subject, 'outputAxes', axis, shape);
    const [fanIn, fanOut] = fans(shape, this.inputAxes, this.outputAxes);
    const fan = this.mode === 'fan_in' ? fanIn : this.mode === 'fan_out' ? fanOut : (fanIn + fanOut) / 2;
    const variance = this.scale / Math.max(1, fan);
    const { className, seed } = this;
    if (this.distribution === 'uniform') {
      const limit = Math.sqrt(3 * variance);
      return draw(className, 'uniform', shape, dtype, key, { seed, scale: 2 * limit, offset: -limit });
    }
    const deviation = Math.sqrt(variance);
    if (this.distribution === 'untruncated_normal')
      return draw(className, 'normal', shape, dtype, key, { seed, scale: deviation });
    return draw(className, 'truncatedNormal', shape, dtype, key, {
      seed,
      scale: deviation / truncatedDeviation,
    });
  }

  override getConfig(): Config {
    return { ...this.fanConfig(), scale: this.scale, mode: this.mode, distribution: this.distribution };
  }

  protected fanConfig(): Config {
    return { seed: this.seed, inputAxes: this.inputAxes, outputAxes: this.outputAxes };
  }
}

function axesOrNull(subject: string, option: string, value: unknown): readonly number[] | null {
  if (value === undefined || value === null) return null;
  const axes = axisOrList(subject, option, value);
  return typeof axes === 'number' ? [axes] : axes;
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

/** Within ±sqrt(6 / (in + out)): the default of kernels. Source: Glorot and Bengio (2010), equation 16. */
export class GlorotUniform extends VarianceScaling {
  static override readonly className = 'GlorotUniform';

  constructor(options: FanOptions = {}) {
    super({ ...options, scale: 1, mode: 'fan_avg', distribution: 'uniform' });
  }

  override getConfig(): Config {
    return this.fanConfig();
  }
}

/** With variance 2 / (in + out), truncated. Source: Glorot and Bengio (2010). */
export class GlorotNormal extends VarianceScaling {
  static override readonly className = 'GlorotNormal';

  constructor(options: FanOptions = {}) {
    super({ ...options, scale: 1, mode: 'fan_avg', distribution: 'truncated_normal' });
  }

  override getConfig(): Config {
    return this.fanConfig();
  }
}

/** Within ±sqrt(6 / in). Source: He and others (2015). */
export class HeUniform extends VarianceScaling {
  static override readonly className = 'HeUniform';

  constructor(options: FanOptions = {}) {
    super({ ...options, scale: 2, mode: 'fan_in', distribution: 'uniform' });
  }

  override getConfig(): Config {
    return this.fanConfig();
  }
}

/** With variance 2 / in, truncated. Source: He and others (2015), equation 10. */
export class HeNormal extends VarianceScaling {
  static override readonly className = 'HeNormal';

  constructor(options: FanOptions = {}) {
    super({ ...options, scale: 2, mode: 'fan_in', distribution: 'truncated_normal' });
  }

  override getConfig(): Config {
    return this.fanConfig();
  }
}

/** Within ±sqrt(3 / in). Source: Klambauer and others (2017). */
export class LecunUniform extends VarianceScaling {
  static override readonly className = 'LecunUniform';

  constructor(options: FanOptions = {}) {
    super({ ...options, scale: 1, mode: 'fan_in', distribution: 'uniform' });
  }

  override getConfig(): Config {
    return this.fanConfig();
  }
}

/** With variance 1 / in, truncated. Source: Klambauer and others (2017). */
export class LecunNormal extends VarianceScaling {
  static override readonly className = 'LecunNormal';

  constructor(options: FanOptions = {}) {
    super({ ...options, scale: 1, mode: 'fan_in', distribution: 'truncated_normal' });
  }

  override getConfig(): Config {
    return this.fanConfig();
  }
}

/** Makes a {@link VarianceScaling}. */
export function varianceScaling(options: VarianceScalingOptions = {}): VarianceScaling {
  return new VarianceScaling(options);
}

/** Makes a {@link GlorotUniform}. */
export function glorotUniform(options: FanOptions = {}): GlorotUniform {
  return new GlorotUniform(options);
}

/** Makes a {@link GlorotNormal}. */
export function glorotNormal(options: FanOptions = {}): GlorotNormal {
  return new GlorotNormal(options);
}

/** Makes a {@link HeUniform}. */
export function heUniform(options: FanOptions = {}): HeUniform {
  return new HeUniform(options);
}

/** Makes a {@link HeNormal}. */
export function heNormal(options: FanOptions = {}): HeNormal {
  return new HeNormal(options);
}

/** Makes a {@link LecunUniform}. */
export function lecunUniform(options: FanOptions = {}): LecunUniform {
  return new LecunUniform(options);
}

/** Makes a {@link LecunNormal}. */
export function lecunNormal(options: FanOptions = {}): LecunNormal {
  return new LecunNormal(options);
}
