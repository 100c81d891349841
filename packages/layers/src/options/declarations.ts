// The kinds of options that layers declare, beside those of @lamella/core: what they check, and how they stand in a config.
import {
  choiceOption,
  option,
  optionKind,
  type Constraint,
  type GivenOptions,
  type Initializer,
  type LayerOptions,
  type Option,
  type Regularizer,
} from '@lamella/core';
import {
  activationOf,
  type Activation,
  type ActivationOption as ActivationGiven,
} from '../activations/resolve.js';
import {
  sizesOf,
  type DataFormat,
  type Interpolation,
  type Padding,
  type SequencePadding,
  type SizesOption,
} from './spatial.js';
import {
  constraintOf,
  initializerOf,
  regularizerOf,
  type ConstraintOption,
  type InitializerOption,
  type RegularizerOption,
} from './weight-options.js';

/** What a layer with these options may be given. */
export type OptionsFor<T> = GivenOptions<T> & LayerOptions;

/** An activation, by Keras' identifier, by a registered name, as a function, or as a layer. */
export const activationOption = optionKind<ActivationGiven, Activation>({
  check: (subject, _name, given) => activationOf(subject, given),
  write: ({ config }) => config,
});

/** What first values a weight has. Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export const initializerOption = optionKind<InitializerOption, Initializer>({ check: initializerOf });

/** What a weight adds to the loss; by default nothing. Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export function regularizerOption(): Option<RegularizerOption, Regularizer | null, false> {
  return option<RegularizerOption, Regularizer | null>({ check: regularizerOf, default: null });
}

/** What a layer's output adds to the loss, by default nothing; configs without one leave it out, as Keras' do. */
export function activityOption(): Option<RegularizerOption, Regularizer | null, false> {
  const write = (kept: Regularizer | null): Regularizer | undefined => kept ?? undefined;
  return option<RegularizerOption, Regularizer | null>({ check: regularizerOf, default: null, write });
}

/** What a weight must fulfil after each step; by default nothing. Throws: IDENTIFIER_UNKNOWN, OPTION_INVALID. */
export function constraintOption(): Option<ConstraintOption, Constraint | null, false> {
  return option<ConstraintOption, Constraint | null>({ check: constraintOf, default: null });
}

/** A size for each of the owner's `dimensions`, or one for all. */
export function sizesOption(): Option<SizesOption, readonly number[], true>;
export function sizesOption(fallback: number): Option<SizesOption, readonly number[], false>;
export function sizesOption(...fallback: number[]): Option<SizesOption, readonly number[]> {
  const check = (subject: string, name: string, given: unknown, owner: object): readonly number[] =>
    sizesOf(subject, name, given, (owner as { readonly dimensions: number }).dimensions);
  return fallback.length === 0
    ? option<SizesOption, readonly number[]>({ check })
    : option<SizesOption, readonly number[]>({ check, default: fallback[0]! });
}

/** `valid`, the default, or `same`. */
export function paddingOption(): Option<Padding, Padding, false> {
  return anyCase(choiceOption<Padding>(['valid', 'same'], 'valid'));
}

/** `valid`, the default, `same`, or for an owner over sequences `causal`. */
export function sequencePaddingOption(): Option<SequencePadding, SequencePadding, false> {
  const sequences = anyCase(choiceOption<SequencePadding>(['valid', 'same', 'causal'], 'valid'));
  const others = paddingOption();
  const check: typeof sequences.check = (subject, name, given, owner) =>
    ((owner as { readonly dimensions: number }).dimensions === 1 ? sequences : others).check(
      subject,
      name,
      given,
      owner,
    );
  return { ...sequences, check };
}

/** What stands between elements that are moved apart; by default the nearest one again. */
export function interpolationOption(
  fallback: Interpolation = 'nearest',
): Option<Interpolation, Interpolation, false> {
  const words: readonly Interpolation[] = ['nearest', 'bilinear', 'bicubic', 'lanczos3', 'lanczos5'];
  return anyCase(choiceOption<Interpolation>(words, fallback));
}

/** The option, told in letters of any case. */
function anyCase<T>(choice: Option<T, T, false>): Option<T, T, false> {
  return {
    ...choice,
    check: (subject, name, given, owner) =>
      choice.check(subject, name, typeof given === 'string' ? given.toLowerCase() : given, owner),
  };
}

/** Where the channels stand; by default last. */
export function dataFormatOption(): Option<DataFormat | null, DataFormat, false> {
  return choiceOption<DataFormat>(['channels_last', 'channels_first'], 'channels_last');
}
