// TextVectorization: texts as numbers of tokens, or as rows of them.
import {
  choiceOption,
  dataInvalid,
  HostLayer,
  option,
  optionInvalid,
  orNull,
  positiveIntegerOption,
  withOptions,
  type Config,
  type ConfigValue,
  type FileFacts,
  type LayerState,
  type NamedFunctionReference,
  type Option,
  type StatefulLayer,
  type TensorSpec,
} from '@lamella/core';
import { formatShape, HostTensor, type AnyHostTensor, type Tree } from '@lamella/program';
import type { OptionsFor } from '../options/declarations.js';
import { AsciiWords } from './ascii-words.js';
import { adaptTo, type AdaptData, type AdaptOptions } from './adapt.js';
import { singleSpec, singleValue, textsOf } from './host-values.js';
import { lookupOptions, listOption } from './index-lookup.js';
import { StringLookup } from './string-lookup.js';
import { ngramsOf, splitters, standardizers } from './text-steps.js';

/** A function of one text. One that files are to hold has a name, as namedFunction() of `@lamella/lambda` gives it. */
export type TextFunction<T> = ((text: string) => T) & Partial<NamedFunctionReference>;

/** A step by its name or as a function; null for none. */
function stepOption<K extends string, T>(
  steps: Readonly<Record<K, (text: string) => T>>,
  fallback: K,
): Option<K | TextFunction<T> | null, K | TextFunction<T> | null, false> {
  const words = Object.keys(steps).map((word) => `"${word}"`);
  return option<K | TextFunction<T> | null>({
    check: (subject, name, given) => {
      if (given === null || typeof given === 'function') return given as TextFunction<T> | null;
      if (typeof given === 'string' && Object.hasOwn(steps, given)) return given as K;
      throw optionInvalid(subject, name, `one of ${words.join(', ')}, a function of a text, or null`, given);
    },
    isNullable: true,
    write: (kept) => kept as unknown as ConfigValue,
    default: fallback,
  });
}

function standardizerOf(
  step: keyof typeof standardizers | TextFunction<string> | null,
): (text: string) => string {
  if (step === null) return (text) => text;
  return typeof step === 'string' ? standardizers[step] : step;
}

const { maxTokens, padToMaxTokens, outputMode, idfWeights } = lookupOptions;

const options = {
  maxTokens,
  /** What is done with a text first: letters of ASCII in lower case, punctuation left out, both (the default), or nothing. */
  standardize: stepOption(standardizers, 'lower_and_strip_punctuation'),
  /** How a text falls into tokens: at white space, the default, into characters, or not at all. */
  split: stepOption(splitters, 'whitespace'),
  /** Tokens side by side become one: up to so many, or as many as the list says. Default null: none do. */
  ngrams: orNull(
    option<number | readonly number[]>({
      check: (subject, name, given) => {
        const widths = [given as number].flat();
        if (widths.length > 0 && widths.every((width) => Number.isSafeInteger(width) && width > 0))
          return given as number;
        throw optionInvalid(subject, name, 'a positive integer, a list of them, or null', given);
      },
    }),
  ),
  outputMode,
  /** How many numbers a text gives in the mode `int`: cut off, or 0 at the end. Default null: as many as the longest of a batch. */
  outputSequenceLength: orNull(positiveIntegerOption()),
  padToMaxTokens,
  /** The tokens, the most frequent first, as adapt() puts them. Default null: adapt() finds them. */
  vocabulary: listOption<string>(
    'a list of tokens (read a file before), or null',
    (item) => typeof item === 'string',
  ),
  idfWeights,
  /** Keras' encoding of strings in Python, `utf-8`. Strings of JavaScript have none. */
  encoding: choiceOption(['utf-8'], 'utf-8'),
};

/** The options of {@link TextVectorization}. */
export type TextVectorizationOptions = OptionsFor<typeof options>;

/**
 * Texts as numbers of their tokens, from 2 on (0 fills up, 1 is unknown), or as rows. Standardizing and splitting are
 * TensorFlow's: only ASCII has capitals and white space. Source: keras.layers.TextVectorization.
 * Shapes: [batch] or [batch, 1] to [batch, outputSequenceLength], or to [batch, tokens].
 * Throws: OPTION_INVALID, LAYER_NOT_ADAPTED, NOT_CAPTURABLE, DATA_INVALID.
 *
 * @example
 * const vectorize = textVectorization({ outputSequenceLength: 4 });
 * await vectorize.adapt(['The cat sat.', 'A cat, a dog!']);
 * vectorize.getVocabulary().slice(0, 4); // ['', '[UNK]', 'cat', 'a']
 */
export class TextVectorization extends withOptions(HostLayer, options) implements StatefulLayer {
  static readonly className = 'TextVectorization';
  /** Files say how many numbers there are, of a vocabulary that is beside them. */
  static override readonly plainOptions: readonly string[] = [...HostLayer.plainOptions, 'vocabularySize'];
  static readonly fileFacts: FileFacts = { fixedOptions: { sparse: false, ragged: false } };
  private readonly lookup: StringLookup;
  private read: { readonly vocabulary: readonly string[]; readonly words: AsciiWords } | undefined;

  constructor(given: TextVectorizationOptions = {}) {
    super(given);
    if (this.outputSequenceLength !== null && this.outputMode !== 'int')
      throw optionInvalid(
        this.label,
        'outputSequenceLength',
        'none in another mode than "int"',
        this.outputSequenceLength,
      );
    const { vocabularySize } = given as { readonly vocabularySize?: number };
    this.lookup = this.addLayer(
      '_lookup_layer',
      new StringLookup({
        maxTokens: this.maxTokens,
        padToMaxTokens: this.padToMaxTokens,
        outputMode: this.outputMode,
        vocabulary: this.vocabulary,
        idfWeights: this.idfWeights,
        maskToken: '',
        vocabularySize,
      } as ConstructorParameters<typeof StringLookup>[0]),
    );
  }

  /** The tokens by their numbers; `''` and `[UNK]` come first or are left out. */
  getVocabulary(includeSpecialTokens = true): string[] {
    return this.lookup.getVocabulary(includeSpecialTokens) as string[];
  }

  /** How many numbers there are. */
  vocabularySize(): number {
    return this.lookup.vocabularySize();
  }

  /** Sets the tokens, and for the mode `tf_idf` what each counts for. Throws: OPTION_INVALID. */
  setVocabulary(vocabulary: readonly string[], weights?: readonly number[]): void {
    this.lookup.setVocabulary(vocabulary, weights);
  }

  /** Finds the vocabulary of texts: an array, a stream of batches, or a dataset. Throws: DATA_INVALID, OPTION_INVALID. */
  async adapt(data: AdaptData, given?: AdaptOptions): Promise<void> {
    if (this.vocabulary !== null)
      throw optionInvalid(
        this.label,
        'vocabulary',
        'none for a layer that adapts',
        `${this.vocabulary.length} tokens`,
      );
    await adaptTo(this, data, given);
  }

  /** Forgets what earlier batches said. */
  resetState(): void {
    this.lookup.resetState();
  }

  /** Takes a batch into account; each text is a document. */
  updateState(batch: AnyHostTensor): void {
    for (const tokens of this.rowsOf(`${this.label}, adapt()`, batch)) this.lookup.countDocument(tokens);
  }

  /** Keeps the vocabulary that the batches say. */
  finalizeState(): void {
    this.lookup.finalizeState();
  }

  override computeOnHost(inputs: Tree<AnyHostTensor>): HostTensor {
    const rows = this.numbersOf(singleValue(this.label, inputs));
    const isInt = this.outputMode === 'int';
    const width = this.outputSequenceLength ?? rows.reduce((most, { length }) => Math.max(most, length), 0);
    const numbers = new Int32Array(rows.length * width).fill(isInt ? 0 : -1);
    rows.forEach((row, i) => {
      for (let k = 0; k < row.length && k < width; k++) numbers[i * width + k] = row[k]!;
    });
    return this.lookup.encode(numbers, [rows.length, width]);
  }

  override computeOutputs(input: Tree<TensorSpec>): TensorSpec {
    const { shape } = singleSpec(this.label, input);
    this.checkShape(this.label, shape);
    const batch = shape[0] ?? null;
    if (this.outputMode === 'int') return { shape: [batch, this.outputSequenceLength], dtype: 'int32' };
    return { shape: this.lookup.encodedShape([batch, null]), dtype: 'float32' };
  }

  getState(): LayerState | undefined {
    return this.lookup.getState();
  }

  setState(state: LayerState): void {
    this.lookup.setState(state);
  }

  override getConfig(): Config {
    const { vocabulary, idfWeights: weights, vocabularySize } = this.lookup.getConfig();
    return { ...super.getConfig(), vocabulary, idfWeights: weights, vocabularySize };
  }

  getFullConfig(): Config {
    const { vocabulary, idfWeights: weights } = this.lookup.getFullConfig();
    return { ...this.getConfig(), vocabulary, idfWeights: weights };
  }

  /** The numbers of each text's tokens, of those that are asked for at least. */
  private numbersOf(tensor: AnyHostTensor): ArrayLike<number>[] {
    const { lookup, words } = this;
    const most = this.outputSequenceLength ?? Infinity;
    const longWay = (texts: AnyHostTensor): Int32Array[] =>
      this.rowsOf(this.label, texts).map((tokens) => lookup.lookUp(tokens));
    if (words === undefined) return longWay(tensor);
    this.checkShape(this.label, tensor.shape);
    return textsOf(this.label, tensor).map((text) => {
      const places = words.placesOf(text, most);
      if (places === undefined) return longWay(new HostTensor([text], [1], 'string'))[0]!;
      for (let i = 0; i < places.length; i++) places[i] = lookup.numberOf(places[i]!);
      return places;
    });
  }

  /** For texts in ASCII, where words are what is looked up. */
  private get words(): AsciiWords | undefined {
    const { lookup, ngrams, split, standardize } = this;
    const vocabulary = lookup.tokens as readonly string[] | undefined;
    if (vocabulary === undefined || split !== 'whitespace' || ngrams !== null) return undefined;
    if (typeof standardize === 'function') return undefined;
    if (this.read?.vocabulary !== vocabulary)
      this.read = { vocabulary, words: new AsciiWords(vocabulary, standardizerOf(standardize)) };
    return this.read.words;
  }

  /** The tokens of each text. */
  private rowsOf(subject: string, tensor: AnyHostTensor): string[][] {
    this.checkShape(subject, tensor.shape);
    const { ngrams, split } = this;
    const standard = standardizerOf(this.standardize);
    const texts = textsOf(subject, tensor).map((text) => standard(text));
    const splitter = typeof split === 'string' ? splitters[split] : split;
    const size = tensor.shape[1] ?? 1;
    const rows =
      splitter === null
        ? Array.from({ length: tensor.shape[0] ?? 1 }, (_, i) => texts.slice(i * size, (i + 1) * size))
        : texts.map((text) => splitter(text));
    return ngrams === null ? rows : rows.map((tokens) => ngramsOf(tokens, ngrams));
  }

  private checkShape(subject: string, shape: readonly (number | null)[]): void {
    if (shape.length <= 1 || (shape.length === 2 && (this.split === null || shape[1] === 1))) return;
    throw dataInvalid(
      subject,
      `expected texts of shape [batch] or [batch, 1], got ${formatShape(shape)}`,
      'split each column by a layer of its own, or give split: null for tokens',
    );
  }
}

/** Makes a {@link TextVectorization}. */
export function textVectorization(given: TextVectorizationOptions = {}): TextVectorization {
  return new TextVectorization(given);
}
