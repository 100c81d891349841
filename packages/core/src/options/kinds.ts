// The kinds of options that many classes have. Each refuses what it does not mean with OPTION_INVALID.
import { optionInvalid } from '../errors.js';
import { optionKind, orNull, type Option, type OptionKind } from './option.js';

function kindOf<T>(expected: string, isValid: (given: unknown) => boolean, isFloat = false): OptionKind<T> {
  return optionKind<T>({
    check: (subject, name, given) => {
      if (isValid(given)) return given as T;
      throw optionInvalid(subject, name, expected, given);
    },
    isFloat,
  });
}

/** A positive integer, such as a number of units. */
export const positiveIntegerOption = kindOf<number>(
  'a positive integer',
  (given) => Number.isSafeInteger(given) && (given as number) > 0,
);

/** An integer, such as an axis. */
export const integerOption = kindOf<number>('an integer', Number.isSafeInteger);

/** A finite number. */
export const numberOption = kindOf<number>('a finite number', Number.isFinite, true);

/** A finite number that is not negative. */
export const nonNegativeOption = kindOf<number>(
  'a number that is not negative',
  (given) => Number.isFinite(given) && (given as number) >= 0,
  true,
);

/** A finite number above 0. */
export const positiveOption = kindOf<number>(
  'a positive number',
  (given) => Number.isFinite(given) && (given as number) > 0,
  true,
);

/** A number from 0 to 1. */
export const fractionOption = kindOf<number>(
  'a number from 0 to 1',
  (given) => typeof given === 'number' && given >= 0 && given <= 1,
  true,
);

/** True or false. */
export const booleanOption = kindOf<boolean>('true or false', (given) => typeof given === 'boolean');

/** A seed, or null, which is the default: the model's seed counts then. Units: a safe integer. */
export function seedOption(): Option<number | null, number | null, false> {
  return orNull(kindOf<number>('a safe integer', Number.isSafeInteger)());
}

/** One of a few words. */
export function choiceOption<const T extends string>(
  words: readonly T[],
  fallback: NoInfer<T>,
): Option<T, T, false> {
  const list = words.map((word) => `"${word}"`).join(', ');
  const kind = kindOf<T>(`one of ${list}`, (given) => words.includes(given as T));
  return kind(fallback);
}
