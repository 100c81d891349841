// What shape rules demand of their inputs, and the errors they throw. Not here: the rules.
import type { DType } from '../dtype.js';
import { dtypeMismatch, shapeMismatch, type LamellaError } from '../errors.js';
import type { ValueType } from '../program.js';
import { formatShape, sameShape, type Shape } from '../shape.js';

/** The inputs of a rule that has no optional ones. */
export type Named<K extends string> = Readonly<Record<K, ValueType>>;

/** `SHAPE_MISMATCH` about a call of `kernel`. */
export function misfit(kernel: string, problem: string, fix?: string): LamellaError {
  return shapeMismatch(`Kernel "${kernel}"`, problem, fix);
}

/** Throws: SHAPE_MISMATCH unless `type` has this rank. */
export function requireRank(kernel: string, name: string, type: ValueType, rank: number): void {
  if (type.shape.length !== rank) {
    throw misfit(
      kernel,
      `expected ${name} of rank ${rank}, got rank ${type.shape.length} (${name} ${formatShape(type.shape)})`,
    );
  }
}

/** Throws: SHAPE_MISMATCH unless `type` has at least this rank. */
export function requireRankAtLeast(kernel: string, name: string, type: ValueType, rank: number): void {
  if (type.shape.length < rank) {
    throw misfit(
      kernel,
      `expected ${name} of rank ${rank} or more, got rank ${type.shape.length} (${name} ${formatShape(type.shape)})`,
    );
  }
}

/** Throws: SHAPE_MISMATCH unless `type` has this shape. `why` tells where the expectation comes from. */
export function requireShape(
  kernel: string,
  name: string,
  type: ValueType,
  shape: Shape,
  why?: string,
): void {
  if (!sameShape(type.shape, shape)) {
    throw misfit(
      kernel,
      `expected ${name} of shape ${formatShape(shape)}${why === undefined ? '' : ` (${why})`}, got ${formatShape(type.shape)}`,
    );
  }
}

/** Throws: DTYPE_MISMATCH unless `type` has one of these dtypes. */
export function requireDType(kernel: string, name: string, type: ValueType, ...dtypes: DType[]): void {
  if (!dtypes.includes(type.dtype)) {
    throw dtypeMismatch(
      `Kernel "${kernel}"`,
      `expected ${name} of dtype ${dtypes.join(' or ')}, got ${type.dtype}${formatShape(type.shape)}`,
    );
  }
}

/** Throws: DTYPE_MISMATCH for complex numbers and strings. */
export function requireReal(kernel: string, name: string, type: ValueType): void {
  requireDType(kernel, name, type, 'float32', 'int32', 'bool');
}

/** Throws: DTYPE_MISMATCH for complex numbers. */
export function requireNotComplex(kernel: string, name: string, type: ValueType): void {
  requireDType(kernel, name, type, 'float32', 'int32', 'bool', 'string');
}

/** Throws: DTYPE_MISMATCH for strings. */
export function requireNumeric(kernel: string, name: string, type: ValueType): void {
  requireDType(kernel, name, type, 'float32', 'int32', 'bool', 'complex64');
}

/** Throws: DTYPE_MISMATCH unless both have one dtype: tfjs kernels read the second as if it had the first's. */
export function requireSameDType(kernel: string, a: ValueType, b: ValueType): void {
  if (a.dtype !== b.dtype) {
    throw dtypeMismatch(
      `Kernel "${kernel}"`,
      `expected inputs of one dtype, got ${a.dtype}${formatShape(a.shape)} and ${b.dtype}${formatShape(b.shape)}`,
      'cast one of them with tf.cast',
    );
  }
}

/** Throws: SHAPE_MISMATCH when a size is negative: the window, slice or crop does not fit the input. */
export function requirePossible(kernel: string, output: Shape, input: Shape): void {
  if (output.some((size) => !Number.isInteger(size) || size < 0)) {
    throw misfit(
      kernel,
      `expected an input large enough for the call, got ${formatShape(input)}, which would give ${formatShape(output)}`,
    );
  }
}

/** Sums, products and counts of integers and booleans are int32. */
export function accumulated(dtype: DType): DType {
  return dtype === 'bool' ? 'int32' : dtype;
}
