// What StringLookup and IntegerLookup share: a vocabulary that is given or adapted to data, and looked up in host memory.
// Which values are tokens, the two say.
import {
  booleanOption,
  HostLayer,
  layerNotAdapted,
  option,
  optionInvalid,
  orNull,
  tokenUnknown,
  withOptions,
  type Config,
  type LayerState,
  type Option,
  type OptionKind,
  type StatefulLayer,
  type TensorSpec,
} from '@lamella/core';
import { currentBudget, HostTensor, type AnyHostTensor, type Tree } from '@lamella/program';
import { adaptTo, type AdaptData, type AdaptOptions } from './adapt.js';
import { categoryModeOption, encodedShape, encodeOnHost, type CategoryMode } from './encode-categories.js';
import { hashBin } from './hash.js';
import { integersOf, singleSpec, singleValue } from './host-values.js';
import { saltOption } from './salt-option.js';
import { readLines, TokenCounts, Vocabulary, writeLines, type Token } from './vocabulary.js';

/** How looked up tokens come out. */
export type LookupMode = CategoryMode | 'tf_idf';

/** A list, each item of which `isItem`; null, the default, for none. */
export function listOption<T>(
  expected: string,
  isItem: (item: unknown) => boolean,
  isFloat = false,
): Option<readonly T[] | null, readonly T[] | null, false> {
  const check: OptionKind<readonly T[]>['check'] = (subject, name, given) => {
    if (Array.isArray(given) && given.every(isItem)) return given as readonly T[];
    throw optionInvalid(subject, name, expected, given);
  };
  return orNull(option<readonly T[]>({ check, isFloat }));
}

function checkLeast(least: number): OptionKind<number>['check'] {
  return (subject, name, given) => {
    if (Number.isSafeInteger(given) && (given as number) >= least) return given as number;
    throw optionInvalid(subject, name, `a whole number from ${least} on`, given);
  };
}

/** The options that both layers have, and TextVectorization some of. */
export const lookupOptions = {
  /** The most tokens there are, those for unknown ones and the mask among them. Default null: as many as come. */
  maxTokens: orNull(option<number>({ check: checkLeast(2) })),
  /** How many numbers stand for tokens that are not in the vocabulary; with 0 they are errors. Default 1. */
  numOovIndices: option<number>({ check: checkLeast(0), default: 1 }),
  /** Whether numbers come in and tokens go out. Default false. */
  invert: booleanOption(false),
  /** `int`, the default: numbers; or rows: `one_hot`, `multi_hot`, `count`, or `tf_idf`, counts times `idfWeights`. */
  outputMode: categoryModeOption<LookupMode>(['int', 'one_hot', 'multi_hot', 'count', 'tf_idf'], 'int'),
  /** Whether rows have `maxTokens` places, whatever the vocabulary. Default false. */
  padToMaxTokens: booleanOption(false),
  /** What each token of the vocabulary counts for in the mode `tf_idf`. */
  idfWeights: listOption<number>('a list of numbers, or null', Number.isFinite, true),
  /** One integer or two with which unknown tokens are hashed by SipHash. Default null: FarmHash. */
  salt: saltOption(),
};

/** What this module knows of the options that the two declare. */
interface TokenOptions {
  readonly maskToken: Token | null;
  readonly oovToken: Token | null;
  readonly vocabulary: readonly Token[] | null;
  readonly oovMethod?: 'floormod' | 'farmhash';
}

/** See the head of this file. */
export abstract class IndexLookup extends withOptions(HostLayer, lookupOptions) implements StatefulLayer {
  /** Files say how many numbers there are, of a vocabulary that is beside them. */
  static override readonly plainOptions: readonly string[] = [...HostLayer.plainOptions, 'vocabularySize'];
  private known: Vocabulary | undefined;
  /** What each place of a row counts for. */
  private idf: Float32Array | undefined;
  private counts = new TokenCounts();
  private sizeInFile: number | undefined;

  /** What a token is, for errors. */
  protected abstract get tokenKind(): string;
  protected abstract isToken(value: unknown): boolean;
  /** The token that a line of a file holds. */
  protected abstract parse(line: string): Token;
  /** The tokens of a tensor. Throws: DATA_INVALID. */
  protected abstract tokensOf(subject: string, tensor: AnyHostTensor): readonly Token[];
  /** A tensor of tokens. */
  protected abstract tensorOf(tokens: readonly Token[], shape: readonly number[]): AnyHostTensor;

  /** What subclasses do once they have their options. Throws: OPTION_INVALID. */
  protected begin(given: object): void {
    const { vocabularySize } = given as { readonly vocabularySize?: number | null };
    const { label, maxTokens, outputMode, idfWeights } = this;
    const { vocabulary } = this.own;
    this.sizeInFile = vocabularySize ?? undefined;
    if (this.padToMaxTokens && maxTokens === null)
      throw optionInvalid(label, 'maxTokens', 'a number, as padToMaxTokens is true', maxTokens);
    if (this.invert && outputMode !== 'int')
      throw optionInvalid(label, 'outputMode', '"int", as invert is true', outputMode);
    if (idfWeights !== null && (outputMode !== 'tf_idf' || vocabulary === null))
      throw optionInvalid(label, 'idfWeights', 'given with a vocabulary, in the mode "tf_idf"', idfWeights);
    if (vocabulary !== null) this.setVocabulary(vocabulary, idfWeights ?? undefined);
  }

  /** The tokens by their numbers; the special ones, for the mask and for what is unknown, come first or are left out. */
  getVocabulary(includeSpecialTokens = true): Token[] {
    return [...(includeSpecialTokens ? this.specialTokens : []), ...(this.known?.tokens ?? [])];
  }

  /** How many numbers there are, those of the special tokens among them. */
  vocabularySize(): number {
    return this.tokenStart + (this.known?.tokens.length ?? 0);
  }

  /**
   * Sets the tokens, with all special ones in front or with none, and for the mode `tf_idf` what each counts for.
   * Throws: OPTION_INVALID for tokens that come twice, are reserved or are none, for too many, and for another number of them
   * than rows were made for.
   */
  setVocabulary(vocabulary: readonly Token[], idfWeights?: readonly number[]): void {
    const { label, specialTokens } = this;
    const { maskToken, oovToken } = this.own;
    const refuse = (expected: string, given: unknown): Error =>
      optionInvalid(label, 'vocabulary', expected, given);
    if (!Array.isArray(vocabulary) || vocabulary.length === 0)
      throw refuse('a list of tokens (read a file before)', vocabulary);
    for (const token of vocabulary)
      if (!this.isToken(token)) throw refuse(`tokens that are each ${this.tokenKind}`, token);
    const hasSpecial = specialTokens.every((token, i) => token === vocabulary[i]);
    const tokens = vocabulary.slice(hasSpecial ? specialTokens.length : 0);
    const known = new Vocabulary(tokens);
    const repeated = tokens.filter((token, i) => known.placeOf(token) !== i);
    if (repeated.length > 0) throw refuse('each token once', [...new Set(repeated)].slice(0, 5));
    const reserved = [maskToken, this.invert ? oovToken : null].filter((token) => token !== null);
    for (const token of reserved)
      if (known.placeOf(token) !== undefined)
        throw refuse(
          `no reserved token among the others (all special ones may come first: ${specialTokens.join(', ')})`,
          token,
        );
    if (this.outputMode !== 'tf_idf') this.keep(known, undefined);
    else if (idfWeights?.length !== vocabulary.length)
      throw optionInvalid(
        label,
        'idfWeights',
        `a number for each of the ${vocabulary.length} tokens`,
        idfWeights?.length ?? null,
      );
    else this.keep(known, hasSpecial ? idfWeights : this.withFront(idfWeights));
  }

  /** Finds the vocabulary: of an array, a stream of batches, or a dataset. Throws: DATA_INVALID, OPTION_INVALID. */
  async adapt(data: AdaptData, given?: AdaptOptions): Promise<void> {
    if (this.own.vocabulary !== null)
      throw optionInvalid(
        this.label,
        'vocabulary',
        'none for a layer that adapts',
        `${this.own.vocabulary.length} tokens`,
      );
    await adaptTo(this, data, given);
  }

  /** Forgets what earlier batches said. */
  resetState(): void {
    this.counts = new TokenCounts();
  }

  /** Takes a batch into account: each row is a document; of one axis, each value of a whole array, else all together. */
  updateState(batch: AnyHostTensor, isAll = false): void {
    const { shape } = batch;
    const tokens = this.tokensOf(`${this.label}, adapt()`, batch);
    const rows = shape.length > 1 || isAll ? shape[0]! : 1;
    const length = tokens.length / rows;
    for (let row = 0; row < rows; row++) this.countDocument(tokens.slice(row * length, (row + 1) * length));
  }

  /** Takes one document into account. */
  countDocument(tokens: readonly Token[]): void {
    this.counts.addDocument(tokens);
  }

  /** Keeps the vocabulary that the batches say: the most frequent tokens first. Throws: OPTION_INVALID. */
  finalizeState(): void {
    const { counts, maxTokens, tokenStart } = this;
    const { maskToken, oovToken } = this.own;
    const tokens = counts.sorted().filter((token) => token !== maskToken && token !== oovToken);
    const kept = tokens.slice(0, maxTokens === null ? undefined : Math.max(0, maxTokens - tokenStart));
    const idf = kept.map((token) => counts.idfOf(token));
    this.keep(new Vocabulary(kept), this.outputMode === 'tf_idf' ? this.withFront(idf) : undefined);
    this.resetState();
  }

  /** The numbers of tokens. Throws: LAYER_NOT_ADAPTED, TOKEN_UNKNOWN. */
  lookUp(tokens: readonly Token[]): Int32Array {
    const { known, numOovIndices, outputMode, oovStart, tokenStart } = this;
    const { maskToken } = this.own;
    if (known === undefined) throw layerNotAdapted(this.label, 'its vocabulary');
    // In rows, what is masked counts nowhere.
    const masked = outputMode === 'int' ? 0 : -1;
    const numbers = new Int32Array(tokens.length);
    for (let i = 0; i < tokens.length; i++) {
      const token = tokens[i]!;
      const place = known.placeOf(token);
      if (token === maskToken) numbers[i] = masked;
      else if (place !== undefined) numbers[i] = tokenStart + place;
      else if (numOovIndices === 0) throw tokenUnknown(this.label, String(token));
      else numbers[i] = oovStart + (numOovIndices === 1 ? 0 : this.oovBin(token));
    }
    return numbers;
  }

  /** The tokens as they were adapted or set, without special ones; undefined before. */
  get tokens(): readonly Token[] | undefined {
    return this.known?.tokens;
  }

  /** The number of a place among {@link tokens}, or of what has none where there is one number for all of those. */
  numberOf(place: number): number {
    return place < 0 ? this.oovStart : this.tokenStart + place;
  }

  /** Numbers of tokens as they come out of the layer. */
  encode(numbers: Int32Array, shape: readonly number[]): HostTensor {
    const { idf, outputMode } = this;
    const rows = encodeOnHost(numbers, shape, outputMode === 'tf_idf' ? 'count' : outputMode, this.depth);
    if (outputMode === 'tf_idf' && idf !== undefined)
      for (let i = 0; i < rows.data.length; i++) rows.data[i]! *= idf[i % idf.length]!;
    return rows;
  }

  override computeOnHost(inputs: Tree<AnyHostTensor>): AnyHostTensor {
    const tensor = singleValue(this.label, inputs);
    if (this.invert) return this.tokensAt(integersOf(this.label, tensor), tensor.shape);
    return this.encode(this.lookUp(this.tokensOf(this.label, tensor)), tensor.shape);
  }

  override computeOutputs(input: Tree<TensorSpec>): TensorSpec {
    const { shape } = singleSpec(this.label, input);
    const { outputMode } = this;
    if (this.invert) return { shape, dtype: this.tensorOf([], [0]).dtype };
    if (outputMode === 'int') return { shape, dtype: 'int32' };
    return { shape: this.encodedShape(shape), dtype: 'float32' };
  }

  /** The shape of rows for numbers of this shape. Throws: LAYER_NOT_ADAPTED. */
  encodedShape(shape: TensorSpec['shape']): TensorSpec['shape'] {
    return encodedShape(shape, this.outputMode === 'tf_idf' ? 'count' : this.outputMode, this.depth);
  }

  getState(): LayerState | undefined {
    const lines = this.own.vocabulary === null ? writeLines(this.getVocabulary()) : undefined;
    const idf = this.idf;
    if (lines === undefined && idf === undefined) return undefined;
    return {
      files: lines === undefined ? {} : { 'vocabulary.txt': lines },
      arrays: idf === undefined ? {} : { idf_weights: new HostTensor(idf, [idf.length]) },
    };
  }

  setState({ files, arrays }: LayerState): void {
    const lines = Object.hasOwn(files, 'vocabulary.txt') ? readLines(files['vocabulary.txt']!) : undefined;
    // Keras drops empty lines at the end, one of which may be a token, and cannot read what it has written.
    if (lines !== undefined && lines.length + 1 === this.sizeInFile) lines.push('');
    const idf = arrays['idf_weights'];
    const weights = idf === undefined ? undefined : Array.from(idf.cast('float32').data);
    if (lines === undefined && this.known === undefined) return;
    const vocabulary = lines?.map((line) => this.parse(line)) ?? this.getVocabulary();
    if (vocabulary.length > this.tokenStart)
      this.setVocabulary(vocabulary, weights?.slice(0, vocabulary.length));
  }

  /** The config with the vocabulary in it where it was given, or where the lines of a file would not bring it back. */
  protected withVocabulary(config: Config): Config {
    const isInFile =
      this.known === undefined ||
      this.own.vocabulary !== null ||
      writeLines(this.getVocabulary()) !== undefined;
    return {
      ...config,
      ...(!isInFile && this.vocabularyOptions),
      vocabularySize: this.known === undefined ? (this.sizeInFile ?? null) : this.vocabularySize(),
    };
  }

  getFullConfig(): Config {
    return { ...this.getConfig(), ...this.vocabularyOptions };
  }

  private get vocabularyOptions(): Config {
    if (this.known === undefined) return {};
    const vocabulary = this.getVocabulary();
    const idfWeights = this.idf === undefined ? null : [...this.idf.subarray(0, vocabulary.length)];
    return {
      vocabulary: vocabulary.map((token) => (typeof token === 'bigint' ? Number(token) : token)),
      idfWeights,
    };
  }

  /** Tokens in place of their numbers. */
  private tokensAt(numbers: readonly (number | bigint)[], shape: readonly number[]): AnyHostTensor {
    const { known, tokenStart } = this;
    const { maskToken, oovToken } = this.own;
    if (known === undefined) throw layerNotAdapted(this.label, 'its vocabulary');
    const tokens = numbers.map((number) =>
      number === 0 && maskToken !== null
        ? maskToken
        : (known.tokens[Number(number) - tokenStart] ?? oovToken!),
    );
    return this.tensorOf(tokens, shape);
  }

  private keep(known: Vocabulary, idf: readonly number[] | undefined): void {
    const { label, maxTokens, outputMode } = this;
    const size = this.tokenStart + known.tokens.length;
    if (maxTokens !== null && size > maxTokens)
      throw optionInvalid(label, 'vocabulary', `at most ${maxTokens} tokens, special ones included`, size);
    const hasRows = outputMode !== 'int' && !this.padToMaxTokens && this.inboundNodes.length > 0;
    if (hasRows && size !== this.depth)
      throw optionInvalid(
        label,
        'vocabulary',
        `${this.depth} tokens, special ones included, as its rows have places`,
        size,
      );
    if (idf !== undefined) currentBudget()?.spend('elements', size, label);
    this.known = known;
    this.idf = idf && new Float32Array(this.padToMaxTokens ? maxTokens! : size);
    this.idf?.set(idf!);
  }

  /** Tokens that are not known count for the mean of the others. */
  private withFront(idf: readonly number[]): readonly number[] {
    currentBudget()?.spend('values', this.tokenStart, this.label);
    const mean = idf.reduce((sum, weight) => sum + weight, 0) / Math.max(1, idf.length);
    return [...Array<number>(this.tokenStart).fill(mean), ...idf];
  }

  private oovBin(token: Token): number {
    const { numOovIndices: bins, salt } = this;
    if (typeof token === 'string' || this.own.oovMethod === 'farmhash')
      return hashBin(String(token), bins, salt);
    const rest = Number(BigInt(token) % BigInt(bins));
    return rest < 0 ? rest + bins : rest;
  }

  private get own(): TokenOptions {
    return this as unknown as TokenOptions;
  }

  private get oovStart(): number {
    return this.own.maskToken !== null && this.outputMode === 'int' ? 1 : 0;
  }

  /** The number of the first token. */
  private get tokenStart(): number {
    return this.oovStart + this.numOovIndices;
  }

  private get specialTokens(): Token[] {
    const { maskToken, oovToken } = this.own;
    currentBudget()?.spend('values', this.tokenStart, this.label);
    return [
      ...Array<Token>(this.oovStart).fill(maskToken!),
      ...Array<Token>(this.numOovIndices).fill(oovToken!),
    ];
  }

  /** How many places rows have. Throws: LAYER_NOT_ADAPTED. */
  private get depth(): number {
    if (this.padToMaxTokens) return this.maxTokens!;
    const size = this.known === undefined ? this.sizeInFile : this.vocabularySize();
    if (size === undefined) throw layerNotAdapted(this.label, 'its vocabulary');
    return size;
  }
}
