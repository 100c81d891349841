// IntegerLookup: whole numbers as numbers from 0 on, by a vocabulary.
import {
  choiceOption,
  integerOption,
  optionInvalid,
  orNull,
  withOptions,
  type Config,
  type FileFacts,
} from '@lamella/core';
import { HostTensor, type AnyHostTensor } from '@lamella/program';
import type { OptionsFor } from '../options/declarations.js';
import { integersOf } from './host-values.js';
import { IndexLookup, listOption, type lookupOptions } from './index-lookup.js';
import type { Token } from './vocabulary.js';

const options = {
  /** The value that stands for nothing, number 0. Default null: there is none. */
  maskToken: orNull(integerOption()),
  /** The value that stands for unknown ones where numbers are turned back. Default -1. */
  oovToken: orNull(integerOption(), -1),
  /** The values, the most frequent first, as adapt() puts them. Default null: adapt() finds them. */
  vocabulary: listOption<number>('a list of integers, or null', Number.isInteger),
  /** Keras' dtype of the values. */
  vocabularyDtype: choiceOption(['int64'], 'int64'),
  /** How unknown values share the numbers for them: `floormod`, the default, by their rest; `farmhash`, by their hash. */
  oovMethod: choiceOption(['floormod', 'farmhash'], 'floormod'),
};

/** The options of {@link IntegerLookup}. */
export type IntegerLookupOptions = OptionsFor<typeof lookupOptions & typeof options>;

/**
 * Looks up whole numbers in a vocabulary, 64-bit ones too. Unknown ones come first, as numbers from 0 on, or from 1 where
 * there is a mask. Source: keras.layers.IntegerLookup. Shapes: any to the same, or by `outputMode`.
 * Throws: OPTION_INVALID, LAYER_NOT_ADAPTED, TOKEN_UNKNOWN, NOT_CAPTURABLE; adapt(): DATA_INVALID.
 *
 * @example
 * const stops = integerLookup({ vocabulary: [1138, 42] });
 * stops.apply(input({ shape: [1], dtype: 'int64' })).dtype; // 'int32'
 */
export class IntegerLookup extends withOptions(IndexLookup, options) {
  static readonly className = 'IntegerLookup';
  static readonly fileFacts: FileFacts = { fixedOptions: { sparse: false } };

  constructor(given: IntegerLookupOptions = {}) {
    super(given);
    if (this.salt !== null && this.oovMethod !== 'farmhash')
      throw optionInvalid(this.label, 'salt', 'none where oovMethod is "floormod"', this.salt);
    this.begin(given);
  }

  override getConfig(): Config {
    return this.withVocabulary(super.getConfig());
  }

  protected override readonly tokenKind = 'a whole number';

  protected override isToken(value: unknown): boolean {
    return Number.isInteger(value) || typeof value === 'bigint';
  }

  protected override parse(line: string): number {
    return Number(line);
  }

  protected override tokensOf(subject: string, tensor: AnyHostTensor): readonly Token[] {
    return integersOf(subject, tensor);
  }

  protected override tensorOf(tokens: readonly Token[], shape: readonly number[]): AnyHostTensor {
    return new HostTensor(Int32Array.from(tokens as readonly number[]), shape, 'int32');
  }
}

/** Makes an {@link IntegerLookup}. */
export function integerLookup(given: IntegerLookupOptions = {}): IntegerLookup {
  return new IntegerLookup(given);
}
