// What a FeatureSpace may be told of a column: its dtype, the layer that prepares it, and how that enters the model.
import { uniqueName, type Layer } from '@lamella/core';
import type { DType } from '@lamella/program';
import { identity } from '../core/identity.js';
import { discretization } from './discretization.js';
import { hashing } from './hashing.js';
import { integerLookup } from './integer-lookup.js';
import { normalization } from './normalization.js';
import { rescaling } from './rescaling.js';
import { stringLookup } from './string-lookup.js';

/** How a column enters: as it is, as the number of a category, or as a row with a place for each category. */
export type FeatureOutputMode = 'float' | 'int' | 'one_hot';

/** A column of a table. */
export interface Feature {
  readonly dtype: DType;
  readonly preprocessor: Layer;
  readonly outputMode: FeatureOutputMode;
}

/** Columns taken together. */
export interface Cross {
  readonly featureNames: readonly string[];
  /** How many bins there are. */
  readonly crossingDim: number;
  /** Default `one_hot`. */
  readonly outputMode?: 'int' | 'one_hot';
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

/** Numbers as they are. */
export function float({ name }: Named = {}): Feature {
  return { dtype: 'float32', preprocessor: identity(named('float', name)), outputMode: 'float' };
}

/** Numbers times `scale`, by default 1, plus `offset`, by default 0. */
export function floatRescaled({
  scale = 1,
  offset = 0,
  name,
}: Named & { readonly scale?: number; readonly offset?: number } = {}): Feature {
  const preprocessor = rescaling({ scale, offset, ...named('float_rescaled', name) });
  return { dtype: 'float32', preprocessor, outputMode: 'float' };
}

/** Numbers brought to mean 0 and variance 1. */
export function floatNormalized({ name }: Named = {}): Feature {
  return {
    dtype: 'float32',
    preprocessor: normalization(named('float_normalized', name)),
    outputMode: 'float',
  };
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
  return {
    dtype: 'float32',
    preprocessor: discretization({ ...bins, ...named('float_discretized', name) }),
    outputMode,
  };
}

/** Whole numbers of which each is a category. */
export function integerCategorical({ outputMode = 'one_hot', name, ...given }: Categorical = {}): Feature {
  const preprocessor = integerLookup({ ...given, ...named('integer_categorical', name) });
  return { dtype: 'int32', preprocessor, outputMode };
}

/** Words of which each is a category. */
export function stringCategorical({ outputMode = 'one_hot', name, ...given }: Categorical = {}): Feature {
  const preprocessor = stringLookup({ ...given, ...named('string_categorical', name) });
  return { dtype: 'string', preprocessor, outputMode };
}

/** Whole numbers in bins, which need no data to be found. */
export function integerHashed({ outputMode = 'one_hot', name, numBins }: Hashed): Feature {
  return { dtype: 'int32', preprocessor: hashing({ numBins, ...named('integer_hashed', name) }), outputMode };
}

/** Words in bins, which need no data to be found. */
export function stringHashed({ outputMode = 'one_hot', name, numBins }: Hashed): Feature {
  return { dtype: 'string', preprocessor: hashing({ numBins, ...named('string_hashed', name) }), outputMode };
}
