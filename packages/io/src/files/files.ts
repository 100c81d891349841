// Files: read whole, and replaced whole. A write goes to a new file beside the old one, reaches the disk, and only then
// takes its name, so that a killed process leaves the old file or the new one.
import { lamellaError } from '@lamella/program';
import { fileInvalid } from '../errors.js';

/** The file's bytes. Throws: FILE_MISSING, FILE_INVALID. */
export async function readFile(path: string): Promise<Uint8Array> {
  const { readFile: read } = await import('node:fs/promises');
  try {
    return await read(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT')
      throw lamellaError('FILE_MISSING', { subject: `"${path}"`, problem: 'there is no such file', cause });
    throw fileInvalid(path, `it cannot be read: ${(cause as Error).message}`, undefined, cause);
  }
}

/** Replaces the file. Throws: FILE_NOT_WRITTEN, and the old file is as it was. */
export async function writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const { open, rename, rm } = await import('node:fs/promises');
  const { dirname, basename, join } = await import('node:path');
  const { randomUUID } = await import('node:crypto');
  const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (cause) {
    await rm(temporary, { force: true });
    throw lamellaError('FILE_NOT_WRITTEN', {
      subject: `"${path}"`,
      problem: `writing failed: ${(cause as Error).message}`,
      fix: 'make room or choose another place; what was there before is unchanged',
      cause,
    });
  }
}

/** Makes the new name last through a power cut, on systems that let folders be opened. */
async function syncFolder(folder: string): Promise<void> {
  const { open } = await import('node:fs/promises');
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // Windows opens no folders; its rename is durable enough.
  }
}
