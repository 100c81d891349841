// What a FeatureSpace may be told of a column: its dtype, the layer that prepares it, and how that enters the model; and of columns
// taken together. They are storable by themselves, as Keras' are.
import {
  choiceOption,
  isLayer,
  option,
  optionInvalid,
  positiveIntegerOption,
  uniqueName,
  withOptions,
  type Config,
  type GivenOptions,
  type Layer,
  type Serializable,
  type SerializableKind,
} from '@lamella/core';
import { isDType, type DType } from '@lamella/program';
import { identity } from '../core/identity.js';
import { discretization } from './discretization.js';
import { hashing } from './hashing.js';
import { integerLookup } from './integer-lookup.js';
import { normalization } from './normalization.js';
import { rescaling } from './rescaling.js';
import { stringLookup } from './string-lookup.js';

/** How a column enters: as it is, as the number of a category, or as a row with a place for each category. */
export type FeatureOutputMode = 'float' | 'int' | 'one_hot';

/** What a {@link Feature} and a {@link Cross} have in common. */
abstract class FeaturePart implements Serializable {
  static readonly kind: SerializableKind = 'features';

  readonly kind = 'features';

  get className(): string {
    return (this.constructor as unknown as { className: string }).className;
  }

  getConfig(): Config {
    return {};
  }
}

const { check: checkFeatureMode } = choiceOption<FeatureOutputMode>(['float', 'int', 'one_hot'], 'float');

const featureOptions = {
  /** What its values are. */
  dtype: option<DType>({
    check: (subject, name, given) => {
      if (typeof given === 'string' && isDType(given)) return given;
      throw optionInvalid(subject, name, 'a dtype such as "float32" or "string"', given);
    },
  }),
  /** The layer that prepares it. */
  preprocessor: option<Layer>({
    check: (subject, name, given) => {
      if (isLayer(given)) return given;
      throw optionInvalid(subject, name, 'a layer', given);
    },
  }),
  /** How what the layer gives enters. */
  outputMode: option<FeatureOutputMode>({ check: checkFeatureMode }),
};

/** The options of a {@link Feature}. */
export type FeatureOptions = GivenOptions<typeof featureOptions>;

/** A column of a table. Throws: OPTION_INVALID. */
export class Feature extends withOptions(FeaturePart, featureOptions) {
  static readonly className = 'Feature';
}

const crossOptions = {
  /** The columns. */
  featureNames: option<readonly string[]>({
    check: (subject, name, given) => {
      if (Array.isArray(given) && given.length > 1 && given.every((each) => typeof each === 'string'))
        return given as readonly string[];
      throw optionInvalid(subject, name, 'a list of the names of two features or more', given);
    },
  }),
  /** How many bins there are. */
  crossingDim: positiveIntegerOption(),
  /** Default `one_hot`. */
  outputMode: choiceOption(['int', 'one_hot'], 'one_hot'),
};

/** The options of a {@link Cross}. */
export type CrossOptions = GivenOptions<typeof crossOptions>;

/** Columns taken together. Throws: OPTION_INVALID. */
export class Cross extends withOptions(FeaturePart, crossOptions) {
  static readonly className = 'Cross';

  /** Such as `town_X_rooms`. */
  get name(): string {
    return this.featureNames.join('_X_');
  }
}

/** What a column is, by Keras' word for it. */
export type FeatureType =
  | 'float'
  | 'float_rescaled'
  | 'float_normalized'
  | 'float_discretized'
  | 'integer_categorical'
  | 'string_categorical'
  | 'integer_hashed'
  | 'string_hashed';

interface Named {
  /** What the layer's name begins with. By default the kind of column. */
  readonly name?: string;
}

interface Categorical extends Named {
  /** The most categories there are. Default null: as many as come. */
  readonly maxTokens?: number | null;
  /** How many numbers stand for unknown ones. Default 1. */
  readonly numOovIndices?: number;
  /** Default `one_hot`. */
  readonly outputMode?: 'int' | 'one_hot';
}

interface Hashed extends Named {
  readonly numBins: number;
  /** Default `one_hot`. */
  readonly outputMode?: 'int' | 'one_hot';
}

const named = (kind: FeatureType, name: string | undefined): { readonly name: string } => ({
  name: `${name ?? uniqueName(kind)}_preprocessor`,
});

/** A column that a layer of one's own prepares. Throws: OPTION_INVALID. */
export function feature(given: FeatureOptions): Feature {
  return new Feature(given);
}

/** Columns taken together. Throws: OPTION_INVALID. */
export function cross(given: CrossOptions): Cross {
  return new Cross(given);
}

/** Numbers as they are. */
export function float({ name }: Named = {}): Feature {
  const preprocessor = identity({ dtype: 'float32', ...named('float', name) });
  return feature({ dtype: 'float32', preprocessor, outputMode: 'float' });
}

/** Numbers times `scale`, by default 1, plus `offset`, by default 0. */
export function floatRescaled({
  scale = 1,
  offset = 0,
  name,
}: Named & { readonly scale?: number; readonly offset?: number } = {}): Feature {
  const preprocessor = rescaling({ scale, offset, ...named('float_rescaled', name) });
  return feature({ dtype: 'float32', preprocessor, outputMode: 'float' });
}

/** Numbers brought to mean 0 and variance 1. */
export function floatNormalized({ name }: Named = {}): Feature {
  const preprocessor = normalization(named('float_normalized', name));
  return feature({ dtype: 'float32', preprocessor, outputMode: 'float' });
}

/** Numbers as the bins that they fall into: so many equally full ones, or between boundaries. */
export function floatDiscretized({
  numBins,
  binBoundaries,
  outputMode = 'one_hot',
  name,
}: Named & {
  readonly numBins?: number;
  readonly binBoundaries?: readonly number[];
  readonly outputMode?: 'int' | 'one_hot';
}): Feature {
  const bins = { ...(numBins !== undefined && { numBins }), ...(binBoundaries && { binBoundaries }) };
  const preprocessor = discretization({ ...bins, ...named('float_discretized', name) });
  return feature({ dtype: 'float32', preprocessor, outputMode });
}

/** Whole numbers of which each is a category. */
export function integerCategorical({ outputMode = 'one_hot', name, ...given }: Categorical = {}): Feature {
  const preprocessor = integerLookup({ ...given, ...named('integer_categorical', name) });
  return feature({ dtype: 'int32', preprocessor, outputMode });
}

/** Words of which each is a category. */
export function stringCategorical({ outputMode = 'one_hot', name, ...given }: Categorical = {}): Feature {
  const preprocessor = stringLookup({ ...given, ...named('string_categorical', name) });
  return feature({ dtype: 'string', preprocessor, outputMode });
}

/** Whole numbers in bins, which need no data to be found. */
export function integerHashed({ outputMode = 'one_hot', name, numBins }: Hashed): Feature {
  const preprocessor = hashing({ numBins, ...named('integer_hashed', name) });
  return feature({ dtype: 'int32', preprocessor, outputMode });
}

/** Words in bins, which need no data to be found. */
export function stringHashed({ outputMode = 'one_hot', name, numBins }: Hashed): Feature {
  const preprocessor = hashing({ numBins, ...named('string_hashed', name) });
  return feature({ dtype: 'string', preprocessor, outputMode });
}
