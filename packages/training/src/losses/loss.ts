// What a loss is: a value for each sample, and the way those become one number. The losses themselves are beside this.
import * as tf from '@tensorflow/tfjs-core';
import {
  option,
  optionInvalid,
  snakeCaseClass,
  type Config,
  type Option,
  type Serializable,
  type SerializableKind,
} from '@lamella/core';
import type { Shape } from '@lamella/program';
import { reduceWeighted, reductions, type Reduction } from './reduce.js';

export interface LossOptions {
  /** By default the class name in snake_case. */
  readonly name?: string;
  /** Default `sum_over_batch_size`. */
  readonly reduction?: Reduction;
}

/**
 * A loss. Subclasses implement {@link call} in tfjs-core calls.
 * Source: keras.losses.Loss.
 *
 * @example
 * class Cubic extends Loss {
 *   static readonly className = 'acme>Cubic';
 *   override call(yTrue: tf.Tensor, yPred: tf.Tensor): tf.Tensor {
 *     return tf.mean(tf.pow(tf.abs(tf.sub(yPred, yTrue)), 3), -1);
 *   }
 * }
 * new Cubic().name; // 'cubic'
 */
export abstract class Loss implements Serializable {
  /** Options that it takes and `withOptions` does not declare. */
  static readonly plainOptions: readonly string[] = ['name', 'reduction'];
  static readonly kind: SerializableKind = 'losses';

  readonly kind = 'losses';
  readonly name: string;
  readonly reduction: Reduction;

  /** Throws: OPTION_INVALID. */
  constructor(options: LossOptions = {}) {
    this.name = options.name ?? snakeCaseClass(this.className);
    this.reduction = options.reduction ?? 'sum_over_batch_size';
    if (!reductions.includes(this.reduction))
      throw optionInvalid(this.label, 'reduction', `one of ${reductions.join(', ')}`, this.reduction);
  }

  get className(): string {
    return (this.constructor as unknown as { className: string }).className;
  }

  /** How errors name it. */
  get label(): string {
    return `Loss "${this.name}"`;
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
    const own = this.validMask(yTrue, yPred);
    const both = mask === null || own === null ? (mask ?? own) : tf.logicalAnd(tf.cast(mask, 'bool'), own);
    return reduceWeighted(this.call(yTrue, yPred), sampleWeight, both, this.reduction);
  }

  /** Whether targets of this shape are numbers of classes; fit() and evaluate() then check that there are such classes. */
  takesLabels(_yTrue: Shape, _yPred: Shape): boolean {
    return false;
  }

  /** A label that needs to be no class. */
  get ignoredLabel(): number | null {
    return null;
  }

  getConfig(): Config {
    return { name: this.name, reduction: this.reduction };
  }

  /** Which values count, for a loss that leaves some out; null for all. */
  protected validMask(_yTrue: tf.Tensor, _yPred: tf.Tensor): tf.Tensor | null {
    return null;
  }
}

/** An option that Keras does not store: configs hold it only where it is not the default. */
export function keptUnless<T extends number>(
  fallback: T,
  { check, isFloat }: Option<T, T>,
): Option<T, T, false> {
  return option<T>({
    check,
    isFloat,
    default: fallback,
    write: (kept) => (kept === fallback ? undefined : kept),
  });
}
