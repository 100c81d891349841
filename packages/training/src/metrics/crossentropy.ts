// The cross-entropies as metrics.
import type * as tf from '@tensorflow/tfjs-core';
import { booleanOption, integerOption, orNull, withOptions, type GivenOptions } from '@lamella/core';
import { binaryCrossentropyOf } from '../losses/binary-crossentropy.js';
import { categoricalCrossentropyOf, crossentropyOptions } from '../losses/categorical-crossentropy.js';
import { sparseCategoricalCrossentropyOf, validLabels } from '../losses/sparse-categorical-crossentropy.js';
import { SampleMean } from './mean-metric-wrapper.js';
import type { MetricOptions } from './metric.js';

const { axis, ...binaryOptions } = crossentropyOptions;

/** The options of {@link BinaryCrossentropy}. */
export type BinaryCrossentropyOptions = MetricOptions & GivenOptions<typeof binaryOptions>;

/** The options of {@link CategoricalCrossentropy}. */
export type CategoricalCrossentropyOptions = MetricOptions & GivenOptions<typeof crossentropyOptions>;

const sparseOptions = {
  /** Whether predictions are logits rather than probabilities. Default false. */
  fromLogits: booleanOption(false),
  /** A label whose samples count as 0, and where samples have weights not at all. Default null. */
  ignoreClass: orNull(integerOption()),
  /** Where the classes are. Default -1. */
  axis,
};

/** The options of {@link SparseCategoricalCrossentropy}. */
export type SparseCategoricalCrossentropyOptions = MetricOptions & GivenOptions<typeof sparseOptions>;

/** For targets of 0 and 1. Source: keras.metrics.BinaryCrossentropy. */
export class BinaryCrossentropy extends withOptions(SampleMean, binaryOptions) {
  static override readonly className = 'BinaryCrossentropy';
  static readonly identifiers: readonly string[] = ['binary_crossentropy', 'bce', 'BCE'];
  override readonly direction = 'down';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return binaryCrossentropyOf(yTrue, yPred, this, this.label);
  }
}

/** For one-hot targets. Source: keras.metrics.CategoricalCrossentropy. */
export class CategoricalCrossentropy extends withOptions(SampleMean, crossentropyOptions) {
  static override readonly className = 'CategoricalCrossentropy';
  override readonly direction = 'down';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return categoricalCrossentropyOf(yTrue, yPred, this, this.label);
  }
}

/** For integer labels. Source: keras.metrics.SparseCategoricalCrossentropy. */
export class SparseCategoricalCrossentropy extends withOptions(SampleMean, sparseOptions) {
  static override readonly className = 'SparseCategoricalCrossentropy';
  override readonly direction = 'down';

  protected override valuesOf(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
    return sparseCategoricalCrossentropyOf(yTrue, yPred, this, this.label);
  }

  protected override validMask(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor | null {
    return validLabels(yTrue, yPred, this, this.label);
  }
}

/** Creates a {@link BinaryCrossentropy}. */
export function binaryCrossentropy(options: BinaryCrossentropyOptions = {}): BinaryCrossentropy {
  return new BinaryCrossentropy(options);
}

/** Creates a {@link CategoricalCrossentropy}. */
export function categoricalCrossentropy(
  options: CategoricalCrossentropyOptions = {},
): CategoricalCrossentropy {
  return new CategoricalCrossentropy(options);
}

/** Creates a {@link SparseCategoricalCrossentropy}. */
export function sparseCategoricalCrossentropy(
  options: SparseCategoricalCrossentropyOptions = {},
): SparseCategoricalCrossentropy {
  return new SparseCategoricalCrossentropy(options);
}
