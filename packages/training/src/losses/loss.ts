// What a loss is: a value for each sample, and the way those become one number. The losses themselves are beside this.
import type * as tf from '@tensorflow/tfjs-core';
import type { Config, Serializable } from '@lamella/core';
import { reduceWeighted } from './reduce.js';

/** How per-sample values become one: their sum over the number of elements, their sum, or not at all. */
export type Reduction = 'sum_over_batch_size' | 'mean' | 'sum' | 'none';

export interface LossOptions {
  readonly name?: string;
  readonly reduction?: Reduction;
}

/**
 * A loss. Subclasses implement {@link call} in tfjs-core calls.
 * Source: keras.losses.Loss.
 */
export abstract class Loss implements Serializable {
  readonly kind = 'losses';
  readonly name: string;
  readonly reduction: Reduction;

  constructor(defaultName: string, options: LossOptions = {}) {
    this.name = options.name ?? defaultName;
    this.reduction = options.reduction ?? 'sum_over_batch_size';
  }

  get className(): string {
    return (this.constructor as unknown as { className: string }).className;
  }

  /** One value for each sample: the last axis is reduced. Shapes: `yTrue` and `yPred` [batch, ..., d] -> [batch, ...]. */
  abstract call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor;

  /** The reduced loss. `sampleWeight` broadcasts against the per-sample values; `mask` drops values. */
  evaluate(
    yTrue: tf.Tensor,
    yPred: tf.Tensor,
    sampleWeight: tf.Tensor | null = null,
    mask: tf.Tensor | null = null,
  ): tf.Tensor {
    return reduceWeighted(this.call(yTrue, yPred), sampleWeight, mask, this.reduction);
  }

  getConfig(): Config {
    return { name: this.name, reduction: this.reduction };
  }
}
