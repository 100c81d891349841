// StringLookup: strings as numbers, by a vocabulary.
import {
  choiceOption,
  option,
  optionInvalid,
  orNull,
  withOptions,
  type Config,
  type FileFacts,
} from '@lamella/core';
import { HostTensor, type AnyHostTensor } from '@lamella/program';
import type { OptionsFor } from '../options/declarations.js';
import { textsOf } from './host-values.js';
import { IndexLookup, listOption, type lookupOptions } from './index-lookup.js';
import type { Token } from './vocabulary.js';

const textOption = option<string>({
  check: (subject, name, given) => {
    if (typeof given === 'string') return given;
    throw optionInvalid(subject, name, 'a string', given);
  },
});

const options = {
  /** The token that stands for nothing, number 0. Default null: there is none. */
  maskToken: orNull(textOption),
  /** The token that stands for unknown ones where numbers are turned back. Default `[UNK]`. */
  oovToken: orNull(textOption, '[UNK]'),
  /** The tokens, the most frequent first, as adapt() puts them. Default null: adapt() finds them. */
  vocabulary: listOption<string>(
    'a list of tokens (read a file before), or null',
    (item) => typeof item === 'string',
  ),
  /** Keras' encoding of strings in Python, `utf-8`. Strings of JavaScript have none. */
  encoding: choiceOption(['utf-8'], 'utf-8'),
};

/** The options of {@link StringLookup}. */
export type StringLookupOptions = OptionsFor<typeof lookupOptions & typeof options>;

/**
 * Looks up strings in a vocabulary. Unknown ones come first, as numbers from 0 on, or from 1 where there is a mask.
 * Source: keras.layers.StringLookup. Shapes: any to the same, or by `outputMode`.
 * Throws: OPTION_INVALID, LAYER_NOT_ADAPTED, TOKEN_UNKNOWN, NOT_CAPTURABLE; adapt(): DATA_INVALID.
 *
 * @example
 * const lookup = stringLookup({ vocabulary: ['dog', 'cat'] });
 * const animals = input({ shape: [2], dtype: 'string', name: 'animals' });
 * const net = model({ inputs: animals, outputs: lookup.apply(animals) });
 */
export class StringLookup extends withOptions(IndexLookup, options) {
  static readonly className: string = 'StringLookup';
  static readonly fileFacts: FileFacts = { fixedOptions: { sparse: false, oov_method: 'floormod' } };

  constructor(given: StringLookupOptions = {}) {
    super(given);
    this.begin(given);
  }

  override getConfig(): Config {
    return this.withVocabulary(super.getConfig());
  }

  protected override readonly tokenKind = 'a string';

  protected override isToken(value: unknown): boolean {
    return typeof value === 'string';
  }

  protected override parse(line: string): string {
    return line;
  }

  protected override tokensOf(subject: string, tensor: AnyHostTensor): readonly string[] {
    return textsOf(subject, tensor);
  }

  protected override tensorOf(tokens: readonly Token[], shape: readonly number[]): AnyHostTensor {
    return new HostTensor(tokens as readonly string[], shape, 'string');
  }
}

/** Makes a {@link StringLookup}. */
export function stringLookup(given: StringLookupOptions = {}): StringLookup {
  return new StringLookup(given);
}
