// FeatureSpace: the columns of a table, each by its name, as what a model takes. It makes the layers, adapts them and joins what
// they give. It is a layer, so that a file can hold it by itself; in a model stand the layers that it makes, and it does not.
import {
  dataInvalid,
  input,
  inputInvalid,
  Layer,
  layerNotAdapted,
  optionInvalid,
  toHostTensor,
  turnWhereDue,
  withOptions,
  type Config,
  type FileFacts,
  type SymbolicTensor,
  type TensorLike,
  type TensorSpec,
} from '@lamella/core';
import { HostTensor, isLamellaError, isRecord, type AnyHostTensor, type Tree } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import { concatenate } from '../merging/concatenate.js';
import { listedSublayers } from '../options/listed-sublayers.js';
import type { Adaptable } from './adapt.js';
import { CategoryEncoding, categoryEncoding } from './category-encoding.js';
import { Discretization } from './discretization.js';
import {
  featureSpaceOptions,
  mapped,
  type FeatureSpaceMode,
  type FeatureSpaceOptions,
} from './feature-space-options.js';
import * as features from './features.js';
import { HashedCrossing, hashedCrossing } from './hashed-crossing.js';
import { Hashing } from './hashing.js';
import { IndexLookup } from './index-lookup.js';

/** A table, or a part of one, by its columns. */
export type FeatureData = Readonly<Record<string, TensorLike>>;
/** What comes out of a {@link FeatureSpace}: one row of all, or a record. */
export type EncodedFeatures<Mode extends FeatureSpaceMode> = Mode extends 'dict'
  ? Readonly<Record<string, SymbolicTensor>>
  : SymbolicTensor;

type Columns<T> = Readonly<Record<string, T>>;

/** What a column is to its layer. */
const columnShape = [null, 1];

/**
 * Columns by name, prepared, crossed and joined. Source: keras.utils.FeatureSpace.
 * Shapes: columns [batch] or [batch, 1] to [batch, places], or a record of such. Throws: OPTION_INVALID, LAYER_NOT_ADAPTED; adapt():
 * DATA_INVALID. saveModel() writes it to a `.keras` of its own, and loadModel() gives it back adapted; Keras reads and writes the same.
 *
 * @example
 * const space = featureSpace({
 *   features: { age: 'float_normalized', town: 'string_categorical', rooms: FeatureSpace.integerHashed({ numBins: 8 }) },
 *   crosses: [['town', 'rooms']],
 * });
 * await space.adapt({ age: [31, 45], town: ['Rome', 'Oslo'], rooms: [2, 3] });
 * const net = model({ inputs: space.getInputs(), outputs: space.getEncodedFeatures() });
 */
export class FeatureSpace<Mode extends FeatureSpaceMode = 'concat'> extends withOptions(
  Layer,
  featureSpaceOptions,
) {
  static readonly className = 'FeatureSpace';
  static readonly fileFacts: FileFacts = {
    module: 'keras.utils',
    takesNameAlone: true,
    builtFor: ({ features: columns }) => mapped(columns as Columns<unknown>, () => columnShape),
  };
  static override readonly plainOptions: readonly string[] = ['name'];

  static readonly cross = features.cross;
  static readonly feature = features.feature;
  static readonly float = features.float;
  static readonly floatRescaled = features.floatRescaled;
  static readonly floatNormalized = features.floatNormalized;
  static readonly floatDiscretized = features.floatDiscretized;
  static readonly integerCategorical = features.integerCategorical;
  static readonly stringCategorical = features.stringCategorical;
  static readonly integerHashed = features.integerHashed;
  static readonly stringHashed = features.stringHashed;

  declare readonly outputMode: Mode;
  /** The layers that prepare the columns, by their names. */
  readonly preprocessors: Columns<Layer>;
  /** The layers of the crosses, by names such as `town_X_rooms`. */
  readonly crossers: Columns<Layer>;
  private readonly inputs: Columns<SymbolicTensor>;
  /** How columns and crosses enter, by their names, in the order in which they are joined. */
  private readonly modes: ReadonlyMap<string, features.FeatureOutputMode>;
  private readonly encoders = new Map<string, CategoryEncoding>();
  private readonly joiner = concatenate();
  private encoded: EncodedFeatures<Mode> | undefined;

  constructor(given: FeatureSpaceOptions<Mode>) {
    super(given);
    this.preprocessors = mapped(this.features, ({ preprocessor }) => preprocessor);
    this.inputs = mapped(this.features, ({ dtype }, name) => input({ shape: [1], dtype, name }));
    this.crossers = Object.fromEntries(
      this.crosses.map(({ name, crossingDim }) => [name, hashedCrossing({ numBins: crossingDim, name })]),
    );
    const crosses = Object.fromEntries(this.crosses.map((cross) => [cross.name, cross]));
    this.modes = new Map(
      [...sorted(this.features), ...sorted(crosses)].map(([name, { outputMode }]) => [name, outputMode]),
    );
    for (const [name, preprocessor] of Object.entries(this.preprocessors))
      buildForColumn(this.label, name, preprocessor);
    if (this.adaptable().length === 0) this.becomeAdapted();
  }

  override get sublayers(): readonly Layer[] {
    return [...this.namedSublayers.values()];
  }

  /** Those that one-hot encode are known once their sizes are. */
  override get namedSublayers(): ReadonlyMap<string, Layer> {
    return new Map([
      ...(this.outputMode === 'concat' ? [['concat', this.joiner] as const] : []),
      ...listedSublayers('crossers', Object.values(this.crossers)),
      ...listedSublayers('one_hot_encoders', this.oneHotEncoders()),
      ...listedSublayers('preprocessors', Object.values(this.preprocessors)),
    ]);
  }

  /** Keras' class takes its options and its name alone. */
  override getConfig(): Config {
    const { trainable: _trainable, dtype: _dtype, ...config } = super.getConfig();
    return config;
  }

  /** Finds what the layers must know: of a table, or of a stream of parts of one. Throws: DATA_INVALID. */
  async adapt(data: FeatureData | Iterable<FeatureData> | AsyncIterable<FeatureData>): Promise<void> {
    const subject = `${this.label}, adapt()`;
    const layers = this.adaptable();
    const isStream = Symbol.iterator in data || Symbol.asyncIterator in data;
    for (const [, layer] of layers) layer.resetState();
    let count = 0;
    for await (const part of isStream ? (data as AsyncIterable<FeatureData>) : [data as FeatureData]) {
      await turnWhereDue();
      for (const [name, layer] of layers) {
        if (!isRecord(part) || !Object.hasOwn(part, name) || part[name] === undefined)
          throw dataInvalid(subject, `expected a record with the column "${name}", got none`);
        const column = await asColumn(part[name] as TensorLike, `${subject}, column "${name}"`);
        if (column.size === 0) continue;
        layer.updateState(column, true);
        count++;
      }
    }
    if (count === 0 && layers.length > 0)
      throw dataInvalid(subject, 'the data hold no values', 'pass at least one row');
    for (const [, layer] of layers) layer.finalizeState();
    this.becomeAdapted();
  }

  /** The inputs of a model, by the names of the columns. */
  getInputs(): Columns<SymbolicTensor> {
    return this.inputs;
  }

  /** What the columns give, joined or in a record. Throws: LAYER_NOT_ADAPTED, OPTION_INVALID. */
  getEncodedFeatures(): EncodedFeatures<Mode> {
    if (!this.isBuilt) throw layerNotAdapted(this.label, 'what its columns hold');
    this.encoded ??= this.encode(this.inputs) as EncodedFeatures<Mode>;
    return this.encoded;
  }

  /** In the call of another layer, for columns that no layer looks up or hashes. */
  override call(columns: Columns<tf.Tensor>): Tree<tf.Tensor> {
    return this.encode(columns);
  }

  /** Throws: INPUT_INVALID. In a graph stand the layers that it makes, which files hold and Keras reads. */
  override computeOutputs(): Tree<TensorSpec> {
    throw inputInvalid(
      this.label,
      'it stands in no graph itself, but the layers that it makes do',
      'use its own inputs, model({ inputs: space.getInputs(), outputs: space.getEncodedFeatures() }), and apply that model',
    );
  }

  private becomeAdapted(): void {
    this.encoders.clear();
    this.encoded = undefined;
    this.ensureBuilt(mapped(this.features, () => columnShape));
  }

  private encode<T extends SymbolicTensor | tf.Tensor>(columns: Columns<T>): T | Columns<T> {
    const prepared = mapped(this.preprocessors, (layer, name) => applied(layer, columns[name]!));
    const crossed = Object.fromEntries(
      this.crosses.map(({ name, featureNames }) => [
        name,
        applied(
          this.crossers[name]!,
          featureNames.map((each) => prepared[each]!),
        ),
      ]),
    );
    const values = { ...prepared, ...crossed };
    const all = [...this.modes].map(([name, mode]): [string, T] => [
      name,
      mode === 'one_hot' ? applied(this.oneHotEncoder(name, values[name]!), values[name]!) : values[name]!,
    ]);
    if (this.outputMode === 'dict') return Object.fromEntries(all);
    for (const [name, { dtype }] of all)
      if (dtype === 'string' || dtype.startsWith('int'))
        throw optionInvalid(
          this.label,
          'outputMode',
          `"dict", as feature "${name}" is no row of numbers but ${dtype}`,
          this.outputMode,
        );
    return all.length === 1
      ? all[0]![1]
      : applied(
          this.joiner,
          all.map(([, value]) => value),
        );
  }

  /** The layer that makes rows of numbers. Throws: LAYER_NOT_ADAPTED, OPTION_INVALID. */
  private oneHotEncoder(name: string, { dtype }: { readonly dtype: string }): CategoryEncoding {
    const layer = this.layerOf(name);
    const numTokens = categoriesOf(layer);
    if (numTokens === undefined || !dtype.startsWith('int'))
      throw optionInvalid(
        this.label,
        'outputMode',
        `"int" or "float" for feature "${name}", whose ${layer.className} says no number of categories`,
        'one_hot',
      );
    const encoder = this.encoders.get(name) ?? categoryEncoding({ numTokens, outputMode: 'multi_hot' });
    this.encoders.set(name, encoder);
    return encoder;
  }

  private oneHotEncoders(): CategoryEncoding[] {
    return [...this.modes.keys()].flatMap((name) => this.encoders.get(name) ?? []);
  }

  private layerOf(name: string): Layer {
    return Object.hasOwn(this.preprocessors, name) ? this.preprocessors[name]! : this.crossers[name]!;
  }

  private adaptable(): readonly (readonly [name: string, layer: Adaptable])[] {
    return Object.entries(this.preprocessors).flatMap(([name, layer]) =>
      'updateState' in layer && !isGiven(layer) ? [[name, layer as unknown as Adaptable] as const] : [],
    );
  }
}

/** Its weights are there before it is adapted, or read. Throws: OPTION_INVALID, and what building it throws. */
function buildForColumn(subject: string, name: string, layer: Layer): void {
  try {
    layer.ensureBuilt(columnShape);
  } catch (error) {
    if (isLamellaError(error)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw optionInvalid(
      subject,
      `features, "${name}"`,
      'a layer that can be built for a column, [null, 1]',
      `${layer.label}: ${why}`,
    );
  }
}

const applied = <T>(layer: Layer, to: T | T[]): T => layer.apply(to as SymbolicTensor) as T;

/** In the order of Python's strings, which is that of their code points. */
function sorted<T>(record: Readonly<Record<string, T>>): [name: string, value: T][] {
  const points = (text: string): number[] => Array.from(text, (character) => character.codePointAt(0)!);
  return Object.entries(record).sort(([a], [b]) => {
    const [x, y] = [points(a), points(b)];
    const at = x.findIndex((point, i) => point !== y[i]);
    return at < 0 ? -1 : x[at]! - (y[at] ?? -1);
  });
}

/** Whether a layer was told what others find. */
function isGiven(layer: Layer): boolean {
  const options = layer as unknown as Readonly<Record<string, unknown>>;
  return ['mean', 'vocabulary', 'binBoundaries'].some((name) => (options[name] ?? null) !== null);
}

/** How many numbers a layer gives. Throws: LAYER_NOT_ADAPTED. */
function categoriesOf(layer: Layer): number | undefined {
  if (layer instanceof IndexLookup) {
    if (layer.tokens === undefined) throw layerNotAdapted(layer.label, 'its vocabulary');
    return layer.vocabularySize();
  }
  if (layer instanceof Discretization) return layer.boundaries.length + 1;
  if (layer instanceof Hashing || layer instanceof HashedCrossing) return layer.numBins;
  return layer instanceof CategoryEncoding ? layer.numTokens : undefined;
}

/** One value a row. Shapes: [batch] to [batch, 1]. */
async function asColumn(values: TensorLike, subject: string): Promise<AnyHostTensor> {
  const tensor = await toHostTensor(values, subject);
  return tensor.shape.length === 1
    ? (new HostTensor(
        tensor.data as Float32Array,
        [...tensor.shape, 1],
        tensor.dtype as 'float32',
      ) as AnyHostTensor)
    : tensor;
}

/** Makes a {@link FeatureSpace}. */
export function featureSpace<const Mode extends FeatureSpaceMode = 'concat'>(
  given: FeatureSpaceOptions<Mode>,
): FeatureSpace<Mode> {
  return new FeatureSpace(given);
}
