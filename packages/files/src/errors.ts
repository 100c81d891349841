// The error codes of this package.
import { lamellaError, type LamellaError } from '@lamella/program';

/** `FILE_INVALID`: bytes that are not what their name says, or that a careful reader refuses. */
export function fileInvalid(file: string, problem: string, fix?: string, cause?: unknown): LamellaError {
  return lamellaError('FILE_INVALID', {
    subject: `"${file}"`,
    problem,
    ...(fix !== undefined && { fix }),
    ...(cause !== undefined && { cause }),
  });
}

/** `FILE_INVALID`: more bytes than are to be read. */
export function fileTooLarge(file: string, size: string, maximumBytes: number): LamellaError {
  return fileInvalid(
    file,
    `it has ${size} bytes, and ${maximumBytes} are to be read at most`,
    'pass { maximumBytes } where so much is expected',
  );
}

/** `FILE_MISSING`: a file that is not there. */
export function fileMissing(subject: string, problem: string, cause?: unknown): LamellaError {
  return lamellaError('FILE_MISSING', { subject, problem, ...(cause !== undefined && { cause }) });
}

/** `FILE_NOT_WRITTEN`: a file that could not be put in its place. */
export function fileNotWritten(path: string, cause: unknown): LamellaError {
  return lamellaError('FILE_NOT_WRITTEN', {
    subject: `"${path}"`,
    problem: `writing failed: ${(cause as Error).message}`,
    fix: 'make room or choose another place; what was there before is unchanged',
    cause,
  });
}

/** `CHECKSUM_MISMATCH`: a file whose bytes are not those that were published. */
export function checksumMismatch(subject: string, expected: string, got: string): LamellaError {
  return lamellaError('CHECKSUM_MISMATCH', { subject, problem: `expected sha256 ${expected}, got ${got}` });
}

/** `DOWNLOAD_FAILED`: a file that could not be fetched, after all attempts. */
export function downloadFailed(subject: string, problem: string, cause?: unknown): LamellaError {
  return lamellaError('DOWNLOAD_FAILED', { subject, problem, ...(cause !== undefined && { cause }) });
}
