// Initializers without randomness.
import { Initializer, optionInvalid, type Config } from '@lamella/core';
import {
  allocateArray,
  formatShape,
  HostTensor,
  shapeMismatch,
  sizeOf,
  type Shape,
  type NumberDType,
} from '@lamella/program';
import { finite } from '../options/checks.js';

function filled(shape: Shape, dtype: NumberDType, value: number): HostTensor {
  return new HostTensor(allocateArray(dtype, sizeOf(shape)).fill(value), shape, dtype);
}

/** All zeros. Source: keras.initializers.Zeros. */
export class Zeros extends Initializer {
  static readonly className = 'Zeros';
  static readonly identifiers: readonly string[] = ['zeros', 'zero'];

  override initialize(shape: Shape, dtype: NumberDType): HostTensor {
    return filled(shape, dtype, 0);
  }
}

/** All ones. Source: keras.initializers.Ones. */
export class Ones extends Initializer {
  static readonly className = 'Ones';
  static readonly identifiers: readonly string[] = ['ones', 'one'];

  override initialize(shape: Shape, dtype: NumberDType): HostTensor {
    return filled(shape, dtype, 1);
  }
}

/** The options of {@link Constant}. */
export interface ConstantOptions {
  readonly value?: number;
}

/** One value everywhere. Source: keras.initializers.Constant. Throws: OPTION_INVALID. */
export class Constant extends Initializer {
  static readonly className = 'Constant';
  readonly value: number;

  constructor({ value = 0 }: ConstantOptions = {}) {
    super();
    if (typeof value !== 'number') throw optionInvalid('Constant', 'value', 'a number', value);
    this.value = value;
  }

  override initialize(shape: Shape, dtype: NumberDType): HostTensor {
    return filled(shape, dtype, this.value);
  }

  override getConfig(): Config {
    return { value: this.value };
  }
}

/** The options of {@link Identity}. */
export interface IdentityOptions {
  readonly gain?: number;
}

/** The identity matrix times `gain`, for weights of rank 2. Source: keras.initializers.Identity. Throws: SHAPE_MISMATCH. */
export class Identity extends Initializer {
  static readonly className = 'Identity';
  static readonly identifiers: readonly string[] = ['identity', 'IdentityInitializer'];
  readonly gain: number;

  constructor({ gain = 1 }: IdentityOptions = {}) {
    super();
    this.gain = finite('Identity', 'gain', gain);
  }

  override initialize(shape: Shape, dtype: NumberDType): HostTensor {
    if (shape.length !== 2)
      throw shapeMismatch('Initializer Identity', `expected a weight of rank 2, got ${formatShape(shape)}`);
    const matrix = HostTensor.zeros(shape, dtype);
    for (let i = 0; i < Math.min(shape[0]!, shape[1]!); i++) matrix.data[i * shape[1]! + i] = this.gain;
    return matrix;
  }

  override getConfig(): Config {
    return { gain: this.gain };
  }
}

/** All zeros. */
export function zeros(): Zeros {
  return new Zeros();
}

/** All ones. */
export function ones(): Ones {
  return new Ones();
}

/** One value everywhere. */
export function constant(value: number): Constant {
  return new Constant({ value });
}

/** The identity matrix times `gain`. */
export function identity(options: IdentityOptions = {}): Identity {
  return new Identity(options);
}
