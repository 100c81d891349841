// The cross-entropies as metrics.
import type * as tf from '@tensorflow/tfjs-core';
import type { Config } from '@lamella/core';
import { binaryCrossentropyOf } from '../losses/binary-crossentropy.js';
import { categoricalCrossentropyOf, crossentropySettings } from '../losses/categorical-crossentropy.js';
import { sparseCategoricalCrossentropyOf, validLabels } from '../losses/sparse-categorical-crossentropy.js';
import { MeanMetricWrapper } from './mean-metric-wrapper.js';
import type { MetricOptions } from './metric.js';

export interface BinaryCrossentropyOptions extends MetricOptions {
  /** Whether predictions are logits rather than probabilities. */
  readonly fromLogits?: boolean;
  readonly labelSmoothing?: number;
}

export interface CategoricalCrossentropyOptions extends BinaryCrossentropyOptions {
  /** Where the classes are. Default -1. */
  readonly axis?: number;
}

export interface SparseCategoricalCrossentropyOptions extends MetricOptions {
  readonly fromLogits?: boolean;
  /** A label whose samples count as 0, and where samples have weights not at all. */
  readonly ignoreClass?: number | null;
  readonly axis?: number;
}

/** For targets of 0 and 1. Source: keras.metrics.BinaryCrossentropy. */
export class BinaryCrossentropy extends MeanMetricWrapper {
  static override readonly className = 'BinaryCrossentropy';
  static readonly identifiers: readonly string[] = ['binary_crossentropy', 'bce', 'BCE'];
  override readonly direction = 'down';
  private readonly crossentropy: { readonly fromLogits: boolean; readonly labelSmoothing: number };

  /** Throws: OPTION_INVALID. */
  constructor(options: BinaryCrossentropyOptions = {}) {
    super(
      (yTrue, yPred) => binaryCrossentropyOf(yTrue, yPred, this.crossentropy, this.label),
      'binary_crossentropy',
      options,
    );
    const { fromLogits, labelSmoothing } = crossentropySettings(this.label, options);
    this.crossentropy = { fromLogits, labelSmoothing };
  }

  override getConfig(): Config {
    return { ...super.getConfig(), ...this.crossentropy };
  }
}

/** For one-hot targets. Source: keras.metrics.CategoricalCrossentropy. */
export class CategoricalCrossentropy extends MeanMetricWrapper {
  static override readonly className = 'CategoricalCrossentropy';
  override readonly direction = 'down';
  private readonly crossentropy: ReturnType<typeof crossentropySettings>;

  /** Throws: OPTION_INVALID. */
  constructor(options: CategoricalCrossentropyOptions = {}) {
    super(
      (yTrue, yPred) => categoricalCrossentropyOf(yTrue, yPred, this.crossentropy, this.label),
      'categorical_crossentropy',
      options,
    );
    this.crossentropy = crossentropySettings(this.label, options);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), ...this.crossentropy };
  }
}

/** For integer labels. Source: keras.metrics.SparseCategoricalCrossentropy. */
export class SparseCategoricalCrossentropy extends MeanMetricWrapper {
  static override readonly className = 'SparseCategoricalCrossentropy';
  override readonly direction = 'down';
  private readonly crossentropy: Required<Omit<SparseCategoricalCrossentropyOptions, 'name'>>;

  constructor(options: SparseCategoricalCrossentropyOptions = {}) {
    super(
      (yTrue, yPred) => sparseCategoricalCrossentropyOf(yTrue, yPred, this.crossentropy, this.label),
      'sparse_categorical_crossentropy',
      options,
    );
    const { fromLogits = false, ignoreClass = null, axis = -1 } = options;
    this.crossentropy = { fromLogits, ignoreClass, axis };
  }

  protected override validMask(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor | null {
    return validLabels(yTrue, yPred, this.crossentropy, this.label);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), ...this.crossentropy };
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
