// The options of a FeatureSpace: columns by Keras' words, as they are kept, and the crosses of them.
import { choiceOption, isSerializable, option, optionInvalid, positiveIntegerOption } from '@lamella/core';
import { currentBudget, isRecord, suggest } from '@lamella/program';
import * as features from './features.js';
import { Cross, Feature, type CrossOptions, type FeatureOptions, type FeatureType } from './features.js';

/** One row of all columns, or a record of them. */
export type FeatureSpaceMode = 'concat' | 'dict';

/** What a {@link FeatureSpace} may be told. */
export interface FeatureSpaceOptions<Mode extends FeatureSpaceMode = FeatureSpaceMode> {
  /** The columns, each by Keras' word for it, or made by one of the static functions. */
  readonly features: Readonly<Record<string, FeatureType | FeatureOptions>>;
  /** `concat`, the default: one row of all; `dict`: a record of them. */
  readonly outputMode?: Mode;
  /** Columns whose combinations count, by their names. */
  readonly crosses?: readonly (readonly string[] | CrossOptions)[] | null;
  /** How many bins a cross has that does not say so. Default 32. */
  readonly crossingDim?: number;
  /** How many bins hashed columns have. Default 32. */
  readonly hashingDim?: number;
  /** How many bins discretized columns have. Default 32. */
  readonly numDiscretizationBins?: number;
  readonly name?: string;
}

/** What the checks of options know of the space that is being made. */
interface Begun {
  readonly crossingDim: number;
  readonly hashingDim: number;
  readonly numDiscretizationBins: number;
  readonly features: Readonly<Record<string, Feature>>;
}

/** The options, and what they are kept as. */
export const featureSpaceOptions = {
  crossingDim: positiveIntegerOption(32),
  hashingDim: positiveIntegerOption(32),
  numDiscretizationBins: positiveIntegerOption(32),
  features: option<FeatureSpaceOptions['features'], Readonly<Record<string, Feature>>>({
    check: (subject, name, given, owner) => {
      if (!isRecord(given) || Object.keys(given).length === 0)
        throw optionInvalid(subject, name, 'a record of one column or more', given);
      spendLayers(subject, Object.keys(given).length);
      return mapped(given, (each, column) => featureOf(subject, column, each, owner as Begun));
    },
  }),
  outputMode: choiceOption<FeatureSpaceMode>(['concat', 'dict'], 'concat'),
  crosses: option<FeatureSpaceOptions['crosses'], readonly Cross[]>({
    check: (subject, name, given, owner) => {
      if (!Array.isArray(given))
        throw optionInvalid(subject, name, 'a list of the names of columns that are taken together', given);
      spendLayers(subject, given.length);
      return crossesOf(subject, given, owner as Begun);
    },
    default: [],
  }),
};

/** A file says how many layers are made. */
function spendLayers(subject: string, count: number): void {
  currentBudget()?.spend('steps', 100 * count, subject);
}

function featureOf(
  subject: string,
  name: string,
  given: unknown,
  { hashingDim: numBins, numDiscretizationBins }: Begun,
): Feature {
  if (isFeature(given)) return given;
  if (typeof given === 'object' && given !== null) return new Feature(given as FeatureOptions);
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
  if (Object.hasOwn(made, given as string)) return made[given as FeatureType]();
  const kinds = Object.keys(made);
  throw optionInvalid(
    subject,
    `features, "${name}"`,
    `one of ${kinds.join(', ')}. ${suggest(String(given), kinds)}`,
    given,
  );
}

function crossesOf(
  subject: string,
  given: readonly unknown[],
  { features: known, crossingDim }: Begun,
): Cross[] {
  const names = new Set(Object.keys(known));
  const columns = [...names].slice(0, 10).join(', ');
  return given.map((each) => {
    const cross = isCross(each)
      ? each
      : new Cross(
          Array.isArray(each) ? { featureNames: each as string[], crossingDim } : (each as CrossOptions),
        );
    if (cross.featureNames.some((name) => !Object.hasOwn(known, name)))
      throw optionInvalid(
        subject,
        'crosses',
        `names of two features or more, which are ${columns}`,
        cross.featureNames,
      );
    if (names.has(cross.name))
      throw optionInvalid(
        subject,
        'crosses',
        `"${cross.name}" to be the name of one feature or cross`,
        cross.featureNames,
      );
    names.add(cross.name);
    return cross;
  });
}

const isPart = (value: unknown, className: string): boolean =>
  isSerializable(value) && value.kind === 'features' && value.className === className;

const isFeature = (value: unknown): value is Feature => isPart(value, Feature.className);

const isCross = (value: unknown): value is Cross => isPart(value, Cross.className);

/** A record of what `fn` gives for each member. */
export function mapped<T, R>(
  record: Readonly<Record<string, T>>,
  fn: (value: T, name: string) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, fn(value, name)]));
}
