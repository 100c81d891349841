// A penalty on rows, or columns, that are not orthogonal to each other.
import * as tf from '@tensorflow/tfjs-core';
import { rankMismatch, Regularizer, type Config } from '@lamella/core';
import { nonNegative, oneOf } from '../options/checks.js';
import { unitLength } from '../unit-length.js';

/** The options of {@link OrthogonalRegularizer}. */
export interface OrthogonalRegularizerOptions {
  readonly factor?: number;
  readonly mode?: 'rows' | 'columns';
}

/**
 * `factor` times the mean magnitude of the cosines between rows (or columns) of a matrix.
 * Source: keras.regularizers.OrthogonalRegularizer. Throws: OPTION_INVALID, RANK_MISMATCH.
 */
export class OrthogonalRegularizer extends Regularizer {
  static readonly className = 'OrthogonalRegularizer';
  readonly factor: number;
  readonly mode: 'rows' | 'columns';

  constructor({ factor = 0.01, mode = 'rows' }: OrthogonalRegularizerOptions = {}) {
    super();
    this.factor = nonNegative('OrthogonalRegularizer', 'factor', factor);
    this.mode = oneOf('OrthogonalRegularizer', 'mode', mode, ['rows', 'columns']);
  }

  override call(weight: tf.Tensor): tf.Tensor {
    if (weight.rank !== 2)
      throw rankMismatch('Regularizer OrthogonalRegularizer', 'a weight of rank 2', weight.shape);
    const byRows = this.mode === 'rows';
    const unit = unitLength(weight, byRows ? 1 : 0) as tf.Tensor2D;
    const size = weight.shape[byRows ? 0 : 1]!;
    const cosines = tf.matMul(unit, unit, !byRows, byRows);
    const others = tf.mul(cosines, tf.sub(1, tf.eye(size)));
    return tf.mul(tf.sum(tf.abs(others)), (this.factor * 0.5) / ((size * (size - 1)) / 2));
  }

  override getConfig(): Config {
    return { factor: this.factor, mode: this.mode };
  }
}

/** A penalty on rows, or columns, that are not orthogonal. */
export function orthogonalRegularizer(options: OrthogonalRegularizerOptions = {}): OrthogonalRegularizer {
  return new OrthogonalRegularizer(options);
}
