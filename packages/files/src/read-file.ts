// Files are read whole, and no more of them than is allowed.
import { isLamellaError } from '@lamella/program';
import { fileInvalid, fileMissing, fileTooLarge } from './errors.js';

/** The file's bytes. Throws: FILE_MISSING; FILE_INVALID for what is no regular file, or larger than `maximumBytes`. */
export async function readFile(path: string, maximumBytes = Infinity): Promise<Uint8Array> {
  const { readFile: read, stat } = await import('node:fs/promises');
  try {
    // A device or a pipe may never end.
    const found = await stat(path);
    if (!found.isFile()) throw fileInvalid(path, 'it is no regular file');
    if (found.size > maximumBytes) throw fileTooLarge(path, `${found.size}`, maximumBytes);
    const bytes = await read(path);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw fileMissing(`"${path}"`, 'there is no such file', cause);
    if (isLamellaError(cause)) throw cause;
    throw fileInvalid(path, `it cannot be read: ${(cause as Error).message}`, undefined, cause);
  }
}
