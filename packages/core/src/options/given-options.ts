// Options that a class knows by name. Not here: their values, which each option checks (option.ts), and configs of files,
// whose readers say themselves what they pass over.
import { sharedState } from '@lamella/program';
import { refuseUnknownNames } from '../known-options.js';

const reading = sharedState('configs', () => ({ isReading: false }));

/** A class as far as its options go. */
export interface ClassOfOptions {
  readonly className: string;
  /** Those it declares: see `withOptions`. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The names of those that a constructor takes without declaring them. */
  readonly plainOptions?: readonly string[];
}

/** Refuses names that the class neither declares nor takes plainly, unless a config is read. Throws: OPTION_UNKNOWN. */
export function checkGivenNames(target: ClassOfOptions, given: object): void {
  if (reading().isReading) return;
  const { className, options = {}, plainOptions = [] } = target;
  const { name } = given as { readonly name?: unknown };
  const subject = typeof name === 'string' ? `${className} "${name}"` : className;
  refuseUnknownNames(subject, given, [...Object.keys(options), ...plainOptions]);
}

/** Runs `make`, which makes objects of configs: they may name options that are off, or of other versions. */
export function whileReadingConfig<T>(make: () => T): T {
  const cell = reading();
  const before = cell.isReading;
  cell.isReading = true;
  try {
    return make();
  } finally {
    cell.isReading = before;
  }
}
