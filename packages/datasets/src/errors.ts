// The error codes of this package.
import { lamellaError, type LamellaError } from '@lamella/program';

/** `FILE_INVALID`: bytes that are not what their name says, or that a careful reader refuses. */
export function fileInvalid(subject: string, problem: string, fix?: string, cause?: unknown): LamellaError {
  return lamellaError('FILE_INVALID', {
    subject,
    problem,
    ...(fix !== undefined && { fix }),
    ...(cause !== undefined && { cause }),
  });
}

/** `FILE_MISSING`: a file that the cache folder does not have, or that cannot be read. */
export function cacheUnreadable(path: string, cause: unknown): LamellaError {
  const { code, message } = cause as { code?: string; message: string };
  return lamellaError('FILE_MISSING', {
    subject: `"${path}"`,
    problem: code === 'ENOENT' ? 'there is no such file' : `it cannot be used: ${message}`,
    cause,
  });
}

/** `FILE_MISSING`: an npm package that is not installed. */
export function packageMissing(name: string, cause: unknown): LamellaError {
  return lamellaError('FILE_MISSING', {
    subject: `Package "${name}"`,
    problem: 'it is not installed',
    cause,
  });
}

/** `CHECKSUM_MISMATCH`: a file whose bytes are not those that were published. */
export function checksumMismatch(subject: string, expected: string, got: string): LamellaError {
  return lamellaError('CHECKSUM_MISMATCH', { subject, problem: `expected sha256 ${expected}, got ${got}` });
}

/** `DOWNLOAD_FAILED`: a file that could not be fetched, after all attempts. */
export function downloadFailed(url: string, problem: string, cause?: unknown): LamellaError {
  return lamellaError('DOWNLOAD_FAILED', {
    subject: `Download "${url}"`,
    problem,
    ...(cause !== undefined && { cause }),
  });
}

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

/** `DATA_INVALID`: examples that do not fit together. */
export function dataInvalid(subject: string, problem: string, fix?: string): LamellaError {
  return lamellaError('DATA_INVALID', { subject, problem, ...(fix !== undefined && { fix }) });
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
