// AdditiveAttention: each query takes the values whose keys it adds up with.
import { booleanOption, withOptions, type Weight } from '@lamella/core';
import type { SymbolicShape, Tree } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { glorotUniform } from '../initializers/index.js';
import type { OptionsFor } from '../options/declarations.js';
import { knownSize } from '../options/single-input.js';
import { pairs } from './attention-masks.js';
import { ListedAttention } from './listed-attention.js';

const options = {
  /** Whether each place of the sums has a weight that is trained. Default true. */
  useScale: booleanOption(true),
} as const;

/** The options of {@link AdditiveAttention}. */
export type AdditiveAttentionOptions = OptionsFor<typeof AdditiveAttention.options>;

/**
 * As Attention, with scores that are the sum of scale * tanh(query + key).
 * Source: keras.layers.AdditiveAttention; Bahdanau and others (2015).
 * Shapes: [batch, queries, dim], [batch, keys, size] and [batch, keys, dim] to [batch, queries, size].
 * Throws: OPTION_INVALID, INPUT_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const [query, value] = [input({ shape: [5, 8] }), input({ shape: [7, 8] })];
 * additiveAttention().apply([query, value], { useCausalMask: true }).shape; // [null, 5, 8]
 */
export class AdditiveAttention extends withOptions(ListedAttention, options) {
  static readonly className = 'AdditiveAttention';
  private scale: Weight | undefined;

  override build(inputShape: Tree<SymbolicShape>): void {
    super.build(inputShape);
    const [query] = inputShape as readonly SymbolicShape[];
    const size = (): number =>
      knownSize(this.label, query!, query!.length - 1, 'last dimension', 'number of features');
    this.scale = this.useScale
      ? this.addWeight({ name: 'scale', shape: [size()], initializer: glorotUniform() })
      : undefined;
  }

  protected override scores(query: tf.Tensor, key: tf.Tensor): tf.Tensor {
    const sums = tf.tanh(pairs(query, key));
    return tf.sum(this.scale === undefined ? sums : tf.mul(this.scale.read(), sums), -1);
  }
}

/** Makes an {@link AdditiveAttention}. */
export function additiveAttention(given: AdditiveAttentionOptions = {}): AdditiveAttention {
  return new AdditiveAttention(given);
}
