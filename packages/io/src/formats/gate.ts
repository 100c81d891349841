// The one gate that every file goes through, whatever its format: what comes out is a whole result or a coded error.
import { isLamellaError } from '@lamella/program';
import { fileInvalid } from '../errors.js';

/**
 * Runs a reader on bytes that somebody else wrote. A reader counts, compares and builds beside what exists, and changes a
 * model in its last step only; what it throws without a code is damage of the file, unless `signal` ended it.
 * Throws: FILE_INVALID, and the reader's.
 */
export async function throughGate<T>(
  file: string,
  bytes: Uint8Array,
  read: (bytes: Uint8Array) => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  if (bytes.length === 0) throw fileInvalid(file, 'it is empty');
  try {
    return await read(bytes);
  } catch (cause) {
    signal?.throwIfAborted();
    if (isLamellaError(cause)) throw cause;
    const reason = cause instanceof Error ? cause.message.split('\n')[0]! : String(cause);
    throw fileInvalid(
      file,
      `it cannot be read: ${reason}`,
      'get the file again from where it was made',
      cause,
    );
  }
}
