// The cache folder: files by name, in the folder that Keras uses too, written whole or not at all.
import { cacheUnreadable } from '../errors.js';

/** `$KERAS_HOME/datasets`, by default `~/.keras/datasets`. */
export async function defaultCacheFolder(): Promise<string> {
  const { homedir } = await import('node:os');
  const { join } = await import('node:path');
  return join(process.env['KERAS_HOME'] ?? join(homedir(), '.keras'), 'datasets');
}

/** The bytes of a cached file. Throws: FILE_MISSING, for more than `maximumSize` bytes too. */
export async function readCached(folder: string, name: string, maximumSize: number): Promise<Uint8Array> {
  const { readFile, stat } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const path = join(folder, name);
  try {
    const { size } = await stat(path);
    if (size <= maximumSize) return await readFile(path);
  } catch (cause) {
    throw cacheUnreadable(path, cause);
  }
  throw cacheUnreadable(path, new Error(`it has more than ${maximumSize} bytes`));
}

/** Writes a file under another name and then renames it, so that a reader never sees half of it. */
export async function writeCached(folder: string, name: string, bytes: Uint8Array): Promise<void> {
  const { mkdir, rename, rm, writeFile } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const { randomUUID } = await import('node:crypto');
  const temporary = join(folder, `.${name}.${randomUUID()}.part`);
  await mkdir(folder, { recursive: true });
  try {
    await writeFile(temporary, bytes, { flag: 'wx', flush: true });
    await rename(temporary, join(folder, name));
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
