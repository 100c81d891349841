// Files are read whole, and no more of them than is allowed.
import { isLamellaError } from '@lamella/program';
import { fileInvalid, fileMissing, fileTooLarge } from './errors.js';

/** As much as is read at a time: Node reads less than 2 GiB at once. Units: bytes. */
const mostAtOnce = 256 * 1024 * 1024;

/**
 * The file's bytes, read in parts of `partSize`. Throws: FILE_MISSING; FILE_INVALID for what is no regular file, changes meanwhile, or is larger than
 * `maximumBytes`; what `signal` was aborted with.
 */
export async function readFile(
  path: string,
  maximumBytes = Infinity,
  signal?: AbortSignal,
  partSize = mostAtOnce,
): Promise<Uint8Array> {
  const { open, stat } = await import('node:fs/promises');
  try {
    // A device or a pipe may never end, and opening one may wait.
    if (!(await stat(path)).isFile()) throw fileInvalid(path, 'it is no regular file');
    const handle = await open(path);
    try {
      const { size } = await handle.stat();
      if (size > maximumBytes) throw fileTooLarge(path, `${size}`, maximumBytes);
      const bytes = new Uint8Array(size);
      for (let at = 0; at < size;) {
        signal?.throwIfAborted();
        const { bytesRead } = await handle.read(bytes, at, Math.min(partSize, size - at), at);
        if (bytesRead === 0) throw fileInvalid(path, 'it became shorter while it was read');
        at += bytesRead;
      }
      return bytes;
    } finally {
      await handle.close();
    }
  } catch (cause) {
    signal?.throwIfAborted();
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw fileMissing(`"${path}"`, 'there is no such file', cause);
    if (isLamellaError(cause)) throw cause;
    throw fileInvalid(path, `it cannot be read: ${(cause as Error).message}`, undefined, cause);
  }
}
