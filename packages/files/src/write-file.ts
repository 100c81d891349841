// Files are replaced whole. A write goes to a new file beside the old one, reaches the disk, and only then takes its name, so
// that a full disk or a killed process leaves the old file or the new one.
import type { FileHandle } from 'node:fs/promises';
import { fileNotWritten } from './errors.js';
import { realPlace } from './real-place.js';
import { removeAbandoned } from './remove-abandoned.js';

/** Nothing but a number drawn at random says whose a temporary file is: process ids mean nothing to another container. */
const temporaryName = /^\.lamella-[0-9a-f-]{36}\.tmp$/;

/** A file that was not written to for so long is nobody's: writing touches it all the time. Units: milliseconds. */
const abandonedAfter = 3_600_000;

export interface WriteFileOptions {
  /** Of which file a new one has mode and owner. Default: none; a file that is there keeps its own. */
  readonly modeOf?: string;
}

/**
 * Replaces the file, or makes it; where a symbolic link stands, the file that it leads to. The mode stays as it is, and the
 * owner where the system allows it. Throws: FILE_NOT_WRITTEN, and the old file is as it was.
 */
export async function writeFile(
  path: string,
  bytes: Uint8Array,
  { modeOf }: WriteFileOptions = {},
): Promise<void> {
  const { open, rename, rm, stat } = await import('node:fs/promises');
  const { dirname, join } = await import('node:path');
  const { randomUUID } = await import('node:crypto');
  let temporary: string | undefined;
  try {
    const like = (await replaceable(path)) ?? (await stat(modeOf ?? path).catch(() => undefined));
    const place = await realPlace(path);
    temporary = join(dirname(place), `.lamella-${randomUUID()}.tmp`);
    const handle = await open(temporary, 'wx', like === undefined ? 0o666 : 0o600);
    try {
      const { mtimeMs } = await handle.stat();
      await removeAbandoned(dirname(place), (name) => temporaryName.test(name), mtimeMs - abandonedAfter);
      if (like !== undefined) await takeModeOf(like, handle);
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, place);
    await syncFolder(dirname(place));
  } catch (cause) {
    if (temporary !== undefined) await rm(temporary, { force: true }).catch(() => undefined);
    throw fileNotWritten(path, cause);
  }
}

interface Mode {
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** The file that a path leads to; undefined where nothing is. Throws where it may not be written, or is a folder or a device. */
async function replaceable(path: string): Promise<Mode | undefined> {
  const { access, constants, stat } = await import('node:fs/promises');
  try {
    const found = await stat(path);
    if (!found.isFile()) throw new Error(found.isDirectory() ? 'it is a folder' : 'it is no regular file');
    // Renaming would replace a file that is for reading only.
    await access(path, constants.W_OK);
    return found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Where a file system has no modes or owners, or the owner may not be given away, the new file stays its writer's alone. */
async function takeModeOf({ mode, uid, gid }: Mode, handle: FileHandle): Promise<void> {
  const own = await handle.stat();
  if (own.uid !== uid || own.gid !== gid) await handle.chown(uid, gid).catch(() => undefined);
  await handle.chmod(mode & 0o7777).catch(() => undefined);
}

/** Makes the new name last through a power cut, on systems that let folders be opened. */
async function syncFolder(folder: string): Promise<void> {
  const { open } = await import('node:fs/promises');
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // Windows opens no folders; its rename is durable enough.
  }
}
