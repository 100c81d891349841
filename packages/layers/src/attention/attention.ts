// Attention: each query takes the values whose keys it matches.
import { choiceOption, withOptions, type Weight } from '@lamella/core';
import type { SymbolicShape, Tree } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { ones } from '../initializers/index.js';
import type { OptionsFor } from '../options/declarations.js';
import { ListedAttention } from './listed-attention.js';
import { pairs } from './attention-masks.js';

const options = {
  /** How a query scores a key: by their product, or by the sum of tanh(query + key). Default `dot`. */
  scoreMode: choiceOption(['dot', 'concat'], 'dot'),
} as const;

/** The options of {@link Attention}. */
export type AttentionOptions = OptionsFor<typeof Attention.options>;

/**
 * Values, shared out by how well a query matches their keys; without a key, the value is its own. Positions of the value that its mask
 * hides get nothing, and queries that are hidden come out as zeros. Call arguments: `returnAttentionScores`, `useCausalMask`.
 * Source: keras.layers.Attention; Luong and others (2015).
 * Shapes: [batch, queries, dim], [batch, keys, size] and [batch, keys, dim] to [batch, queries, size].
 * Throws: OPTION_INVALID, INPUT_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const [query, value] = [input({ shape: [5, 8] }), input({ shape: [7, 8] })];
 * attention().apply([query, value]).shape; // [null, 5, 8]
 * const [output, scores] = attention().apply([query, value], { returnAttentionScores: true });
 * scores.shape; // [null, 5, 7]
 */
export class Attention extends withOptions(ListedAttention, options) {
  static readonly className = 'Attention';
  private scale: Weight | undefined;
  private concatScoreWeight: Weight | undefined;

  override build(inputShape: Tree<SymbolicShape>): void {
    super.build(inputShape);
    const scalar = (name: string): Weight => this.addWeight({ name, shape: [], initializer: ones() });
    this.scale = this.useScale ? scalar('scale') : undefined;
    this.concatScoreWeight = this.scoreMode === 'concat' ? scalar('concat_score_weight') : undefined;
  }

  protected override scores(query: tf.Tensor, key: tf.Tensor): tf.Tensor {
    const scaled = (x: tf.Tensor): tf.Tensor => (this.scale === undefined ? x : tf.mul(x, this.scale.read()));
    if (this.concatScoreWeight === undefined) return scaled(tf.matMul(query, key, false, true));
    return tf.mul(this.concatScoreWeight.read(), tf.sum(tf.tanh(scaled(pairs(query, key))), -1));
  }
}

/** Makes an {@link Attention}. */
export function attention(given: AttentionOptions = {}): Attention {
  return new Attention(given);
}
