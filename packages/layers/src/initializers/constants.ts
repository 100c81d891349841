// Initializers without randomness.
import {
  Initializer,
  numberOption,
  option,
  optionInvalid,
  withOptions,
  type GivenOptions,
} from '@lamella/core';
import {
  allocateArray,
  formatShape,
  HostTensor,
  shapeMismatch,
  sizeOf,
  type Shape,
  type NumberDType,
} from '@lamella/program';

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

const constantOptions = {
  /** Default 0. */
  value: option<number>({
    check: (subject, name, given) => {
      if (typeof given === 'number') return given;
      throw optionInvalid(subject, name, 'a number', given);
    },
    default: 0,
    isFloat: true,
  }),
};

/** The options of {@link Constant}. */
export type ConstantOptions = GivenOptions<typeof constantOptions>;

/** One value everywhere. Source: keras.initializers.Constant. Throws: OPTION_INVALID. */
export class Constant extends withOptions(Initializer, constantOptions) {
  static readonly className = 'Constant';

  override initialize(shape: Shape, dtype: NumberDType): HostTensor {
    return filled(shape, dtype, this.value);
  }
}

const identityOptions = {
  /** What stands on the diagonal. Default 1. */
  gain: numberOption(1),
};

/** The options of {@link Identity}. */
export type IdentityOptions = GivenOptions<typeof identityOptions>;

/** The identity matrix times `gain`, for weights of rank 2. Source: keras.initializers.Identity. Throws: SHAPE_MISMATCH. */
export class Identity extends withOptions(Initializer, identityOptions) {
  static readonly className = 'Identity';
  static readonly identifiers: readonly string[] = ['identity', 'IdentityInitializer'];

  override initialize(shape: Shape, dtype: NumberDType): HostTensor {
    if (shape.length !== 2)
      throw shapeMismatch('Initializer Identity', `expected a weight of rank 2, got ${formatShape(shape)}`);
    const matrix = HostTensor.zeros(shape, dtype);
    for (let i = 0; i < Math.min(shape[0]!, shape[1]!); i++) matrix.data[i * shape[1]! + i] = this.gain;
    return matrix;
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
export function identity(given: IdentityOptions = {}): Identity {
  return new Identity(given);
}
