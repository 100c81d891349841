// FeatureSpace: the columns of a table, each by its name, as what a model takes. It makes the layers, adapts them and joins what
// they give; the graph is an ordinary one, and so are its layers in a model's file. Not here: saving it without a model.
import {
  checkOptionNames,
  dataInvalid,
  input,
  layerNotAdapted,
  optionInvalid,
  toHostTensor,
  type Layer,
  type OptionNames,
  type SymbolicTensor,
  type TensorLike,
} from '@lamella/core';
import { HostTensor, isRecord, suggest, type AnyHostTensor } from '@lamella/program';
import { concatenate } from '../merging/concatenate.js';
import type { Adaptable } from './adapt.js';
import { CategoryEncoding, categoryEncoding } from './category-encoding.js';
import { Discretization } from './discretization.js';
import * as features from './features.js';
import type { Cross, Feature, FeatureType } from './features.js';
import { HashedCrossing, hashedCrossing } from './hashed-crossing.js';
import { Hashing } from './hashing.js';
import { IndexLookup } from './index-lookup.js';

/** One row of all columns, or a record of them. */
export type FeatureSpaceMode = 'concat' | 'dict';

/** What a {@link FeatureSpace} may be told. */
export interface FeatureSpaceOptions<Mode extends FeatureSpaceMode = FeatureSpaceMode> {
  /** The columns, each by Keras' word for it, or made by one of the static functions. */
  readonly features: Readonly<Record<string, FeatureType | Feature>>;
  /** `concat`, the default: one row of all; `dict`: a record of them. */
  readonly outputMode?: Mode;
  /** Columns whose combinations count, by their names. */
  readonly crosses?: readonly (readonly string[] | Cross)[] | null;
  /** How many bins a cross has that does not say so. Default 32. */
  readonly crossingDim?: number;
  /** How many bins hashed columns have. Default 32. */
  readonly hashingDim?: number;
  /** How many bins discretized columns have. Default 32. */
  readonly numDiscretizationBins?: number;
  readonly name?: string;
}

const optionNames: OptionNames<FeatureSpaceOptions> = {
  ...{ features: true, outputMode: true, crosses: true, crossingDim: true },
  ...{ hashingDim: true, numDiscretizationBins: true, name: true },
};

/** A table, or a part of one, by its columns. */
export type FeatureData = Readonly<Record<string, TensorLike>>;
/** What comes out of a {@link FeatureSpace}: one row of all, or a record. */
export type EncodedFeatures<Mode extends FeatureSpaceMode> = Mode extends 'dict'
  ? Readonly<Record<string, SymbolicTensor>>
  : SymbolicTensor;

type Columns = Readonly<Record<string, SymbolicTensor>>;

/**
 * Columns by name, prepared, crossed and joined. Source: keras.utils.FeatureSpace.
 * Shapes: columns [batch] or [batch, 1] to [batch, places], or a record of such. Throws: OPTION_INVALID, LAYER_NOT_ADAPTED; adapt():
 * DATA_INVALID.
 *
 * @example
 * const space = featureSpace({
 *   features: { age: 'float_normalized', town: 'string_categorical', rooms: FeatureSpace.integerHashed({ numBins: 8 }) },
 *   crosses: [['town', 'rooms']],
 * });
 * await space.adapt({ age: [31, 45], town: ['Rome', 'Oslo'], rooms: [2, 3] });
 * const net = model({ inputs: space.getInputs(), outputs: space.getEncodedFeatures() });
 */
export class FeatureSpace<Mode extends FeatureSpaceMode = 'concat'> {
  static readonly float = features.float;
  static readonly floatRescaled = features.floatRescaled;
  static readonly floatNormalized = features.floatNormalized;
  static readonly floatDiscretized = features.floatDiscretized;
  static readonly integerCategorical = features.integerCategorical;
  static readonly stringCategorical = features.stringCategorical;
  static readonly integerHashed = features.integerHashed;
  static readonly stringHashed = features.stringHashed;

  readonly features: Readonly<Record<string, Feature>>;
  readonly crosses: readonly Required<Cross>[];
  readonly outputMode: Mode;
  /** The layers that prepare the columns, by their names. */
  readonly preprocessors: Readonly<Record<string, Layer>>;
  /** The layers of the crosses, by names such as `town_X_rooms`. */
  readonly crossers: Readonly<Record<string, Layer>>;
  private readonly inputs: Columns;
  private readonly label: string;
  private isAdapted = false;
  private encoded: EncodedFeatures<Mode> | undefined;

  constructor(given: FeatureSpaceOptions<Mode>) {
    this.label = `FeatureSpace "${given.name ?? 'feature_space'}"`;
    checkOptionNames(this.label, given, optionNames);
    const { features: columns, crosses, outputMode = 'concat' as Mode, crossingDim = 32 } = given;
    if (!isRecord(columns) || Object.keys(columns).length === 0)
      throw optionInvalid(this.label, 'features', 'a record of one column or more', columns);
    if (outputMode !== 'concat' && outputMode !== 'dict')
      throw optionInvalid(this.label, 'outputMode', '"concat" or "dict"', outputMode);
    this.outputMode = outputMode;
    this.features = mapped(columns, (column, name) => this.featureOf(name, column, given));
    this.crosses = (crosses ?? []).map((cross) => this.crossOf(cross, crossingDim));
    this.preprocessors = mapped(this.features, ({ preprocessor }) => preprocessor);
    this.inputs = mapped(this.features, ({ dtype }, name) => input({ shape: [1], dtype, name }));
    this.crossers = Object.fromEntries(
      this.crosses.map((cross) => {
        const name = nameOf(cross);
        return [name, hashedCrossing({ numBins: cross.crossingDim, name })];
      }),
    );
  }

  /** Finds what the layers must know: of a table, or of a stream of parts of one. Throws: DATA_INVALID. */
  async adapt(data: FeatureData | Iterable<FeatureData> | AsyncIterable<FeatureData>): Promise<void> {
    const subject = `${this.label}, adapt()`;
    const layers = this.adaptable();
    const isStream = Symbol.iterator in data || Symbol.asyncIterator in data;
    for (const [, layer] of layers) layer.resetState();
    let count = 0;
    for await (const part of isStream ? (data as AsyncIterable<FeatureData>) : [data as FeatureData]) {
      for (const [name, layer] of layers) {
        if (!isRecord(part) || part[name] === undefined)
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
    this.isAdapted = true;
    this.encoded = undefined;
  }

  /** The inputs of a model, by the names of the columns. */
  getInputs(): Columns {
    return this.inputs;
  }

  /** What the columns give, joined or in a record. Throws: LAYER_NOT_ADAPTED, OPTION_INVALID. */
  getEncodedFeatures(): EncodedFeatures<Mode> {
    this.encoded ??= this.encode() as EncodedFeatures<Mode>;
    return this.encoded;
  }

  private encode(): EncodedFeatures<'concat'> | EncodedFeatures<'dict'> {
    if (!this.isAdapted && this.adaptable().length > 0)
      throw layerNotAdapted(this.label, 'what its columns hold');
    const prepared = mapped(this.inputs, (column, name) => applied(this.preprocessors[name]!, column));
    const crossed = Object.fromEntries(
      this.crosses.map((cross) => {
        const parts = cross.featureNames.map((name) => prepared[name]!);
        return [nameOf(cross), applied(this.crossers[nameOf(cross)]!, parts)] as const;
      }),
    );
    const modes: Readonly<Record<string, features.FeatureOutputMode>> = {
      ...mapped(this.features, ({ outputMode }) => outputMode),
      ...Object.fromEntries(this.crosses.map((cross) => [nameOf(cross), cross.outputMode])),
    };
    const all = [...sorted(prepared), ...sorted(crossed)].map(([name, value]) => {
      const layer = this.preprocessors[name] ?? this.crossers[name]!;
      return [name, modes[name] === 'one_hot' ? this.oneHot(name, layer, value) : value] as const;
    });
    if (this.outputMode === 'dict') return Object.fromEntries(all);
    for (const [name, value] of all)
      if (value.dtype === 'string' || value.dtype.startsWith('int'))
        throw optionInvalid(
          this.label,
          'outputMode',
          `"dict", as feature "${name}" is no row of numbers but ${value.dtype}`,
          this.outputMode,
        );
    const values = all.map(([, value]) => value);
    return values.length === 1 ? values[0]! : applied(concatenate(), values);
  }

  private oneHot(name: string, layer: Layer, value: SymbolicTensor): SymbolicTensor {
    const numTokens = categoriesOf(layer);
    if (numTokens === undefined || !value.dtype.startsWith('int'))
      throw optionInvalid(
        this.label,
        'outputMode',
        `"int" or "float" for feature "${name}", whose ${layer.className} says no number of categories`,
        'one_hot',
      );
    return applied(categoryEncoding({ numTokens, outputMode: 'multi_hot' }), value);
  }

  private adaptable(): readonly (readonly [name: string, layer: Adaptable])[] {
    return Object.entries(this.preprocessors).flatMap(([name, layer]) =>
      'updateState' in layer && !isGiven(layer) ? [[name, layer as unknown as Adaptable] as const] : [],
    );
  }

  private featureOf(name: string, given: FeatureType | Feature, options: FeatureSpaceOptions): Feature {
    if (typeof given !== 'string') return given;
    const { hashingDim: numBins = 32, numDiscretizationBins = 32 } = options;
    const made: Readonly<Record<FeatureType, () => Feature>> = {
      float: () => features.float({ name }),
      float_rescaled: () => features.floatRescaled({ name }),
      float_normalized: () => features.floatNormalized({ name }),
      float_discretized: () => features.floatDiscretized({ name, numBins: numDiscretizationBins }),
      integer_categorical: () => features.integerCategorical({ name }),
      string_categorical: () => features.stringCategorical({ name }),
      integer_hashed: () => features.integerHashed({ name, numBins }),
      string_hashed: () => features.stringHashed({ name, numBins }),
    };
    if (Object.hasOwn(made, given)) return made[given]();
    const kinds = Object.keys(made);
    throw optionInvalid(
      this.label,
      `features, "${name}"`,
      `one of ${kinds.join(', ')}. ${suggest(given, kinds)}`,
      given,
    );
  }

  private crossOf(given: readonly string[] | Cross, dim: number): Required<Cross> {
    const cross: Cross = isNames(given) ? { featureNames: given, crossingDim: dim } : given;
    const unknown = cross.featureNames.find((name) => !Object.hasOwn(this.features, name));
    if (unknown !== undefined || cross.featureNames.length < 2)
      throw optionInvalid(
        this.label,
        'crosses',
        `names of two features or more, which are ${Object.keys(this.features).join(', ')}`,
        cross.featureNames,
      );
    return { outputMode: 'one_hot', ...cross };
  }
}

const isNames = (given: readonly string[] | Cross): given is readonly string[] => Array.isArray(given);

const nameOf = ({ featureNames }: Cross): string => featureNames.join('_X_');

const applied = (layer: Layer, to: SymbolicTensor | SymbolicTensor[]): SymbolicTensor =>
  layer.apply(to) as SymbolicTensor;

function mapped<T, R>(
  record: Readonly<Record<string, T>>,
  fn: (value: T, name: string) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, fn(value, name)]));
}

/** In the order of Python's strings. */
function sorted<T>(record: Readonly<Record<string, T>>): [name: string, value: T][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Whether a layer was told what others find. */
function isGiven(layer: Layer): boolean {
  const options = layer as unknown as Readonly<Record<string, unknown>>;
  return ['mean', 'vocabulary', 'binBoundaries'].some((name) => (options[name] ?? null) !== null);
}

/** How many numbers a layer gives. */
function categoriesOf(layer: Layer): number | undefined {
  if (layer instanceof IndexLookup) return layer.vocabularySize();
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
