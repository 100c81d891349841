// MultiHeadAttention: several heads, each with projections of its own.
import {
  option,
  optionInvalid,
  orNull,
  positiveIntegerOption,
  withOptions,
  type Config,
} from '@lamella/core';
import type { SymbolicShape } from '@lamella/program';
import { axisList, axisOf } from '../options/axes.js';
import type { OptionsFor } from '../options/declarations.js';
import { MultiHead, type Heads } from './multi-head.js';

const options = {
  /** How many heads there are. */
  numHeads: positiveIntegerOption(),
  /** The size of each head of query and key. */
  keyDim: positiveIntegerOption(),
  /** The size of each head of the value. Default null, `keyDim`. */
  valueDim: option<number | null, number>({
    check: (subject, name, given, owner) =>
      given === null
        ? (owner as { readonly keyDim: number }).keyDim
        : positiveIntegerOption.check(subject, name, given),
    default: null,
    isNullable: true,
  }),
  /** The last size that comes out, or the last ones. Default null, that of the query. */
  outputShape: orNull(
    option<number | readonly number[], readonly number[]>({
      check: (subject, name, given) =>
        (Array.isArray(given) ? given : [given]).map((size) =>
          positiveIntegerOption.check(subject, name, size),
        ),
    }),
  ),
  /** The axis, or axes, along which queries look for keys. Default null, all but batch and features. */
  attentionAxes: orNull(option<number | readonly number[], readonly number[]>({ check: axisList })),
} as const;

/** The options of {@link MultiHeadAttention}. */
export type MultiHeadAttentionOptions = OptionsFor<typeof MultiHeadAttention.options>;

/**
 * Each head projects query, value and key, and shares out its values by how well the query matches their keys; what they find is
 * projected together. Applied to the query; `value`, and perhaps `key`, are arguments of the call. So are `attentionMask`
 * [batch, queries, keys], `useCausalMask`, `returnAttentionScores`, and the masks of the tensors where they do not come along.
 * Source: keras.layers.MultiHeadAttention; Vaswani and others (2017).
 * Shapes: [batch, queries, features] to the same, or as `outputShape` says. Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN,
 * INPUT_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const x = input({ shape: [10, 16] });
 * const heads = multiHeadAttention({ numHeads: 2, keyDim: 8 });
 * heads.apply(x, { value: x, useCausalMask: true }).shape; // [null, 10, 16]
 * const [, scores] = heads.apply(x, { value: x, returnAttentionScores: true });
 * scores.shape; // [null, 2, 10, 10]
 */
export class MultiHeadAttention extends withOptions(MultiHead, options) {
  static readonly className = 'MultiHeadAttention';

  protected override get heads(): Heads {
    const { numHeads, keyDim, valueDim } = this;
    return { count: numHeads, keyValueCount: numHeads, keySize: keyDim, valueSize: valueDim };
  }

  protected override get attributePrefix(): string {
    return '';
  }

  /** With the axes that it attends along, as Keras has them once it is built. */
  override getConfig(): Config {
    return { ...super.getConfig(), attentionAxes: this.builtAxes ?? this.attentionAxes };
  }

  protected override axesFor(query: SymbolicShape): readonly number[] {
    const inner = query.map((_, axis) => axis).slice(1, -1);
    const axes = this.attentionAxes?.map((axis) => axisOf(this.label, 'attentionAxes', axis, query)) ?? inner;
    if (new Set(axes).size === axes.length && axes.every((axis) => inner.includes(axis))) return axes;
    throw optionInvalid(
      this.label,
      'attentionAxes',
      'different axes, neither batch nor features',
      this.attentionAxes,
    );
  }

  protected override sizesOut(query: SymbolicShape): readonly number[] {
    return this.outputShape ?? [query.at(-1)!];
  }
}

/** Makes a {@link MultiHeadAttention}. */
export function multiHeadAttention(given: MultiHeadAttentionOptions): MultiHeadAttention {
  return new MultiHeadAttention(given);
}
