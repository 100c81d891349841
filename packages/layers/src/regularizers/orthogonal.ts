// A penalty on rows, or columns, that are not orthogonal to each other.
import * as tf from '@tensorflow/tfjs-core';
import {
  choiceOption,
  nonNegativeOption,
  rankMismatch,
  Regularizer,
  withOptions,
  type GivenOptions,
} from '@lamella/core';
import { unitVectors } from '@lamella/program';
import { unitLength } from '../unit-length.js';

const options = {
  /** Default 0.01. */
  factor: nonNegativeOption(0.01),
  /** Default `rows`. */
  mode: choiceOption(['rows', 'columns'], 'rows'),
};

/** The options of {@link OrthogonalRegularizer}. */
export type OrthogonalRegularizerOptions = GivenOptions<typeof options>;

/**
 * `factor` times the mean magnitude of the cosines between rows (or columns) of a matrix.
 * Source: keras.regularizers.OrthogonalRegularizer. Throws: OPTION_INVALID, RANK_MISMATCH.
 */
export class OrthogonalRegularizer extends withOptions(Regularizer, options) {
  static readonly className = 'OrthogonalRegularizer';

  override call(weight: tf.Tensor): tf.Tensor {
    if (weight.rank !== 2)
      throw rankMismatch('Regularizer OrthogonalRegularizer', 'a weight of rank 2', weight.shape);
    const byRows = this.mode === 'rows';
    const unit = unitLength(weight, byRows ? 1 : 0) as tf.Tensor2D;
    const size = weight.shape[byRows ? 0 : 1]!;
    const cosines = tf.matMul(unit, unit, !byRows, byRows);
    const others = tf.mul(cosines, tf.sub(1, unitVectors(size)));
    return tf.mul(tf.sum(tf.abs(others)), (this.factor * 0.5) / ((size * (size - 1)) / 2));
  }
}

/** A penalty on rows, or columns, that are not orthogonal. */
export function orthogonalRegularizer(given: OrthogonalRegularizerOptions = {}): OrthogonalRegularizer {
  return new OrthogonalRegularizer(given);
}
