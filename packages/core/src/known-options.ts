// Options by name: a name that nothing reads is a mistake, and is refused with the one that was meant.
import { optionInvalid, optionUnknown } from './errors.js';

/** Every option of `T`, for {@link checkOptionNames}; the compiler finds one that is missing. */
export type OptionNames<T extends object> = Readonly<Record<keyof Required<T>, true>>;

/**
 * Refuses options that `T` has not. Nothing given is nothing wrong.
 * Throws: OPTION_UNKNOWN, and OPTION_INVALID for what is no record of options.
 */
export function checkOptionNames<T extends object>(
  subject: string,
  options: T | undefined,
  names: OptionNames<T>,
): void {
  if (options === undefined) return;
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw optionInvalid(subject, 'options', 'an object', options);
  refuseUnknownNames(subject, options, Object.keys(names));
}

/** Throws: OPTION_UNKNOWN for the first option that is none of those known. */
export function refuseUnknownNames(subject: string, options: object, known: readonly string[]): void {
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) throw optionUnknown(subject, unknown, known);
}
