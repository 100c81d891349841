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
  isLamellaError,
  shapeMismatch,
  sizeOf,
  type NestedArray,
  type Shape,
  type NumberDType,
} from '@lamella/program';

function filled(shape: Shape, dtype: NumberDType, value: number): HostTensor {
  return new HostTensor(allocateArray(dtype, sizeOf(shape)).fill(value), shape, dtype);
}

/** All zeros. Source: keras.initializers.Zeros. */
export class Zeros extends withOptions(Initializer, {}) {
  static readonly className = 'Zeros';
  static readonly identifiers: readonly string[] = ['zeros', 'zero'];

  override initialize(shape: Shape, dtype: NumberDType): HostTensor {
    return filled(shape, dtype, 0);
  }
}

/** All ones. Source: keras.initializers.Ones. */
export class Ones extends withOptions(Initializer, {}) {
  static readonly className = 'Ones';
  static readonly identifiers: readonly string[] = ['ones', 'one'];

  override initialize(shape: Shape, dtype: NumberDType): HostTensor {
    return filled(shape, dtype, 1);
  }
}

const constantOptions = {
  /** Default 0. */
  value: option<NestedArray>({
    check: (subject, name, given) => {
      if (numbersIn(given) !== undefined) return given as NestedArray;
      throw optionInvalid(
        subject,
        name,
        'a number, or lists of numbers that are equally long and deep',
        given,
      );
    },
    default: 0,
    isFloat: true,
  }),
};

/** The options of {@link Constant}. */
export type ConstantOptions = GivenOptions<typeof constantOptions>;

/**
 * One value everywhere, or those of nested lists, spread over the weight as in broadcasting. Source: keras.initializers.Constant.
 * Throws: OPTION_INVALID, SHAPE_MISMATCH.
 */
export class Constant extends withOptions(Initializer, constantOptions) {
  static readonly className = 'Constant';

  override initialize(shape: Shape, dtype: NumberDType): HostTensor {
    return spread(numbersIn(this.value)!, shape, dtype);
  }
}

/** The numbers of nested lists; undefined where it is something else. */
function numbersIn(value: unknown): HostTensor | undefined {
  try {
    const values = HostTensor.fromArray(value as NestedArray);
    return values.dtype === 'float32' ? (values as HostTensor) : undefined;
  } catch (cause) {
    if (isLamellaError(cause)) return undefined;
    throw cause;
  }
}

/** Throws: SHAPE_MISMATCH. */
function spread(values: HostTensor, shape: Shape, dtype: NumberDType): HostTensor {
  const sizes = [...Array<number>(Math.max(shape.length - values.shape.length, 0)).fill(1), ...values.shape];
  if (sizes.length > shape.length || sizes.some((size, axis) => size !== 1 && size !== shape[axis])) {
    throw shapeMismatch(
      'Initializer Constant',
      `expected a weight that its values ${formatShape(values.shape)} can be spread over, got ${formatShape(shape)}`,
    );
  }
  const data = allocateArray(dtype, sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    let [rest, place, stride] = [i, 0, 1];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      place += (sizes[axis] === 1 ? 0 : rest % shape[axis]!) * stride;
      rest = Math.floor(rest / shape[axis]!);
      stride *= sizes[axis]!;
    }
    data[i] = values.data[place]!;
  }
  return new HostTensor(data, shape, dtype);
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

/** One value everywhere, or those of nested lists. */
export function constant(value: NestedArray): Constant {
  return new Constant({ value });
}

/** The identity matrix times `gain`. */
export function identity(given: IdentityOptions = {}): Identity {
  return new Identity(given);
}
