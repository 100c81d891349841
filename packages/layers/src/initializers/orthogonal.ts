// The orthogonal initializer: the Q of a random normal matrix, by Householder reflections in double precision.
import {
  Initializer,
  numberOption,
  seedOption,
  withOptions,
  type GivenOptions,
  type InitializerKey,
} from '@lamella/core';
import {
  formatShape,
  HostTensor,
  shapeMismatch,
  sizeOf,
  type Shape,
  type NumberDType,
} from '@lamella/program';
import { draw } from './draw.js';

const options = {
  /** Default null, the model's. */
  seed: seedOption(),
  /** The length of each column. Default 1. */
  gain: numberOption(1),
};

/** The options of {@link Orthogonal}. */
export type OrthogonalOptions = GivenOptions<typeof options>;

/**
 * A weight whose columns (or rows, where they are fewer) are orthogonal and of length `gain`; all axes but the last
 * count as rows. Source: Saxe and others (2014), keras.initializers.Orthogonal. Throws: OPTION_INVALID, SHAPE_MISMATCH.
 */
export class Orthogonal extends withOptions(Initializer, options) {
  static readonly className = 'Orthogonal';
  static readonly identifiers: readonly string[] = ['orthogonal', 'OrthogonalInitializer'];

  override initialize(shape: Shape, dtype: NumberDType, key: InitializerKey): HostTensor {
    if (shape.length < 2)
      throw shapeMismatch(
        'Initializer Orthogonal',
        `expected a weight of rank 2 or more, got ${formatShape(shape)}`,
      );
    const columns = shape.at(-1)!;
    const rows = sizeOf(shape) / Math.max(1, columns);
    const [tall, thin] = [Math.max(rows, columns), Math.min(rows, columns)];
    const drawn = draw('Orthogonal', 'normal', [tall, thin], dtype, key, { seed: this.seed, scale: 1 });
    const q = orthonormalColumns(Float64Array.from(drawn.data), tall, thin);
    const data = new Float32Array(rows * columns);
    for (let i = 0; i < tall; i++) {
      for (let j = 0; j < thin; j++)
        data[rows < columns ? j * columns + i : i * columns + j] = this.gain * q[i * thin + j]!;
    }
    return new HostTensor(data, shape);
  }
}

/** The orthogonal initializer. */
export function orthogonal(given: OrthogonalOptions = {}): Orthogonal {
  return new Orthogonal(given);
}

/** The Q of `a` = QR with a positive diagonal of R, which makes it unique; `a` is overwritten with the reflections. */
function orthonormalColumns(a: Float64Array, rows: number, columns: number): Float64Array {
  const signs = new Float64Array(columns);
  for (let k = 0; k < columns; k++) {
    let norm = 0;
    for (let i = k; i < rows; i++) norm += a[i * columns + k]! ** 2;
    norm = Math.sqrt(norm);
    const head = a[k * columns + k]!;
    // R's diagonal is minus the sign of the head times the norm; Q's column is turned so that it becomes positive.
    signs[k] = head < 0 ? 1 : -1;
    a[k * columns + k] = head + (head < 0 ? -norm : norm);
    for (let j = k + 1; j < columns; j++) reflect(a, rows, columns, k, a, j);
  }
  const q = new Float64Array(rows * columns);
  for (let j = 0; j < columns; j++) q[j * columns + j] = signs[j]!;
  for (let k = columns - 1; k >= 0; k--) for (let j = 0; j < columns; j++) reflect(a, rows, columns, k, q, j);
  return q;
}

/** Reflects column `j` of `target` by the vector in column `k` of `a`, from row `k` down. */
function reflect(
  a: Float64Array,
  rows: number,
  columns: number,
  k: number,
  target: Float64Array,
  j: number,
): void {
  let [square, dot] = [0, 0];
  for (let i = k; i < rows; i++) {
    const v = a[i * columns + k]!;
    square += v * v;
    dot += v * target[i * columns + j]!;
  }
  if (square === 0) return;
  const factor = (2 * dot) / square;
  for (let i = k; i < rows; i++)
    target[i * columns + j] = target[i * columns + j]! - factor * a[i * columns + k]!;
}
