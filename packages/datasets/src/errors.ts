// The error codes of this package.
import { lamellaError, type LamellaError } from '@lamella/program';

/** `DATASET_UNAVAILABLE`: none of the places a data set can come from has it; lists what each one said. */
export function datasetUnavailable(
  name: string,
  attempts: readonly { readonly source: string; readonly error: unknown }[],
  fix: string,
): LamellaError {
  const errors = attempts.map(({ error }) => error);
  return lamellaError('DATASET_UNAVAILABLE', {
    subject: `Dataset "${name}"`,
    problem: `expected it in one of ${attempts.length} places, found it in none`,
    details: attempts.map(({ source, error }, i) => `  ${i + 1}. ${source}: ${firstLine(error)}`),
    fix,
    cause: errors.length === 1 ? errors[0] : new AggregateError(errors, `no source of "${name}" worked`),
  });
}

/** `LABEL_OUT_OF_RANGE`: a class label that is no class. */
export function labelOutOfRange(subject: string, problem: string, fix: string): LamellaError {
  return lamellaError('LABEL_OUT_OF_RANGE', { subject, problem, fix });
}

/** `DATA_LENGTH`: data whose parts have different numbers of examples. */
export function dataLength(subject: string, lengths: Readonly<Record<string, number>>): LamellaError {
  return lamellaError('DATA_LENGTH', {
    subject,
    problem: 'all data must have the same number of examples',
    details: Object.entries(lengths).map(([name, length]) => `  ${name}: ${length}`),
    fix: 'shorten the longer ones with take()',
  });
}

/** `INDEX_OUT_OF_RANGE`: an example that a dataset does not have. */
export function indexOutOfRange(subject: string, index: number, length: number): LamellaError {
  return lamellaError('INDEX_OUT_OF_RANGE', {
    subject,
    problem:
      length === 0
        ? `it has no examples, got index ${index}`
        : `expected an index from 0 to ${length - 1}, got ${index}`,
  });
}

function firstLine(error: unknown): string {
  const message =
    error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)
      ? String((error as Error).message)
      : String(error);
  return message.split('\n')[0]!;
}
