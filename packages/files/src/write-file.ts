// Files are replaced whole. A write goes to a new file beside the old one, reaches the disk, and only then takes its name, so
// that a full disk or a killed process leaves the old file or the new one.
import { fileNotWritten } from './errors.js';

/** How a temporary file of `name` is called; one that a killed process left behind is the next write's to remove. */
const temporaryName = (name: string): RegExp =>
  new RegExp(`^\\.${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}\\.\\d+\\.[0-9a-f-]{36}\\.tmp$`);

/** Replaces the file, or makes it. Throws: FILE_NOT_WRITTEN, and the old file is as it was. */
export async function writeFile(path: string, bytes: Uint8Array): Promise<void> {
  const { open, rename, rm } = await import('node:fs/promises');
  const { dirname, basename, join } = await import('node:path');
  const { randomUUID } = await import('node:crypto');
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.${randomUUID()}.tmp`);
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
    await rm(temporary, { force: true }).catch(() => undefined);
    throw fileNotWritten(path, cause);
  }
  await removeLeftovers(dirname(path), temporaryName(basename(path)));
}

/** Removes what processes that no longer run have left of this file. */
async function removeLeftovers(folder: string, pattern: RegExp): Promise<void> {
  const { readdir, rm } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const names = await readdir(folder).catch(() => []);
  const left = names.filter((name) => pattern.test(name) && !isRunning(Number(name.split('.').at(-3))));
  await Promise.all(left.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)));
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
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
