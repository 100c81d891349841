// An option, declared: what it may be, what it is where it is not given, and how it stands in a config.
// Not here: the classes that have options (with-options.ts), and the kinds that many share (kinds.ts).
import type { ConfigValue } from '../config.js';

/**
 * Gives what is kept of what was given. `owner` is the object, with the options that are declared before this one.
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN.
 */
export type OptionCheck<Kept> = (subject: string, option: string, given: unknown, owner: object) => Kept;

/** One option. `Given` is what may be given, `Kept` what the object keeps. */
export interface Option<Given = unknown, Kept = unknown, Required extends boolean = boolean> {
  readonly isRequired: Required;
  /** What counts as given where nothing is. */
  readonly fallback: unknown;
  /** Whether null is a value of its own; where it is none, it stands for the default, as in files. */
  readonly isNullable: boolean;
  readonly check: OptionCheck<Kept>;
  /** Whether Python wants a float: files then write 1 as 1.0. */
  readonly isFloat: boolean;
  /** How it stands in a config; undefined leaves it out. */
  write(kept: Kept): ConfigValue;
  /** For types alone. */
  readonly given?: Given;
}

/** What {@link option} is told. */
export interface OptionSettings<Kept> {
  readonly check: OptionCheck<Kept>;
  readonly isFloat?: boolean;
  readonly isNullable?: boolean;
  readonly write?: (kept: Kept) => ConfigValue;
}

/**
 * An option: with a default, which is checked as what is given is, or one that must be given.
 *
 * @example
 * import { option, optionInvalid } from '@lamella/core';
 *
 * const sides = option<number>({
 *   check: (subject, name, given) => {
 *     if (given === 4 || given === 6) return given;
 *     throw optionInvalid(subject, name, '4 or 6', given);
 *   },
 *   default: 6,
 * });
 */
export function option<Given, Kept = Given>(
  settings: OptionSettings<Kept> & { readonly default: Given },
): Option<Given, Kept, false>;
export function option<Given, Kept = Given>(settings: OptionSettings<Kept>): Option<Given, Kept, true>;
export function option<Given, Kept = Given>({
  check,
  isFloat = false,
  isNullable = false,
  write = (kept) => kept as ConfigValue,
  ...rest
}: OptionSettings<Kept> & { readonly default?: Given }): Option<Given, Kept> {
  return { isRequired: !('default' in rest), fallback: rest.default, isNullable, check, isFloat, write };
}

/** Options of one kind: with a default, or one that must be given. */
export interface OptionKind<Given, Kept = Given> {
  (): Option<Given, Kept, true>;
  (fallback: Given): Option<Given, Kept, false>;
  /** The check alone. Throws: OPTION_INVALID. */
  readonly check: (subject: string, option: string, given: unknown) => Kept;
}

/** A kind of options, from its check. */
export function optionKind<Given, Kept = Given>(
  settings: OptionSettings<Kept> & Pick<OptionKind<Given, Kept>, 'check'>,
): OptionKind<Given, Kept> {
  const make = (...fallback: Given[]): Option<Given, Kept> =>
    fallback.length === 0 ? option(settings) : option({ ...settings, default: fallback[0]! });
  return Object.assign(make, { check: settings.check }) as OptionKind<Given, Kept>;
}

/** The option, or null, which is the default unless another is given. */
export function orNull<Given, Kept>(
  { check, isFloat, write }: Option<Given, Kept>,
  fallback: Given | null = null,
): Option<Given | null, Kept | null, false> {
  return option<Given | null, Kept | null>({
    check: (subject, name, given, owner) => (given === null ? null : check(subject, name, given, owner)),
    default: fallback,
    isFloat,
    isNullable: true,
    write: (kept) => (kept === null ? null : write(kept)),
  });
}
