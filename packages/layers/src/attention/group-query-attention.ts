// GroupQueryAttention: several heads of the query share one of key and value.
import {
  optionInvalid,
  positiveIntegerOption,
  rankMismatch,
  withOptions,
  type CallContext,
  type FileFacts,
} from '@lamella/core';
import { flatten, type SymbolicShape } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import { addActivityLoss } from '../options/activity.js';
import type { OptionsFor } from '../options/declarations.js';
import { MultiHead, type Heads } from './multi-head.js';

const options = {
  /** The size of each head. */
  headDim: positiveIntegerOption(),
  /** How many heads the query has. */
  numQueryHeads: positiveIntegerOption(),
  /** How many heads key and value have: a divisor of `numQueryHeads`. */
  numKeyValueHeads: positiveIntegerOption(),
} as const;

/** The options of {@link GroupQueryAttention}. */
export type GroupQueryAttentionOptions = OptionsFor<typeof GroupQueryAttention.options>;

/**
 * As MultiHeadAttention, with fewer heads of key and value than of the query: each serves a group of those. Called like it.
 * Source: keras.layers.GroupQueryAttention; Ainslie and others (2023).
 * Shapes: [batch, queries, features] to the same. Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, INPUT_INVALID, RANK_MISMATCH,
 * SHAPE_MISMATCH.
 *
 * @example
 * const x = input({ shape: [10, 16] });
 * const groups = groupQueryAttention({ headDim: 4, numQueryHeads: 4, numKeyValueHeads: 2 });
 * groups.apply(x, { value: x }).shape; // [null, 10, 16]
 */
export class GroupQueryAttention extends withOptions(MultiHead, options) {
  static readonly className = 'GroupQueryAttention';
  static override readonly fileFacts: FileFacts = {
    ...MultiHead.fileFacts,
    pythonName: 'GroupedQueryAttention',
  };

  constructor(given: GroupQueryAttentionOptions) {
    super(given);
    if (this.numQueryHeads % this.numKeyValueHeads !== 0)
      throw optionInvalid(
        this.label,
        'numKeyValueHeads',
        `a divisor of numQueryHeads (${this.numQueryHeads})`,
        this.numKeyValueHeads,
      );
  }

  protected override get heads(): Heads {
    const { headDim, numQueryHeads, numKeyValueHeads } = this;
    return { count: numQueryHeads, keyValueCount: numKeyValueHeads, keySize: headDim, valueSize: headDim };
  }

  protected override get attributePrefix(): string {
    return '_';
  }

  /** The activity regularizer is for what comes out, too, as in Keras. */
  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): tf.Tensor {
    const outputs = super.call(inputs, context);
    for (const output of flatten<tf.Tensor>(outputs))
      addActivityLoss(this.activityRegularizer, output, context);
    return outputs;
  }

  protected override axesFor(query: SymbolicShape): readonly number[] {
    if (query.length !== 3) throw rankMismatch(this.label, 'rank 3 ([batch, positions, features])', query);
    return [1];
  }

  protected override sizesOut(query: SymbolicShape): readonly number[] {
    return [query.at(-1)!];
  }
}

/** Makes a {@link GroupQueryAttention}. */
export function groupQueryAttention(given: GroupQueryAttentionOptions): GroupQueryAttention {
  return new GroupQueryAttention(given);
}
