// Where files go: a path, with the files that belong to it. Those beside it are written first, under names that nothing has
// used for other content, so that whenever the process ends, the old file or the new one is there with all it needs.
import type { FileSet } from '@lamella/core';
import { fileNotWritten, readFile, realPlace, removeAbandoned, writeFile } from '@lamella/files';
import { mainOfFolder } from './source.js';

/** Files of a set whose main file was not written for so long after them are nobody's. Units: milliseconds. */
const abandonedAfter = 24 * 3_600_000;

/** The last write to each place, where this process is at one. */
const writing = new Map<string, Promise<void>>();

/**
 * Puts a file set in place of what stands at `path`, after the sets that are on their way there.
 * Throws: FILE_NOT_WRITTEN; what was there before is unchanged.
 */
export async function writeFileSet(path: string, files: Uint8Array | FileSet): Promise<void> {
  if (files instanceof Uint8Array) return writeFile(path, files);
  const place = await realPlace(path).catch((cause: unknown) => {
    throw fileNotWritten(path, cause);
  });
  const turn = (writing.get(place) ?? Promise.resolve())
    .catch(() => undefined)
    .then(() => replaceSet(place, files));
  writing.set(place, turn);
  await turn.finally(() => {
    if (writing.get(place) === turn) writing.delete(place);
  });
}

async function replaceSet(path: string, files: FileSet): Promise<void> {
  const { readdir, rm, stat } = await import('node:fs/promises');
  const { dirname, join } = await import('node:path');
  const folder = dirname(path);
  const beside = new Set(await readdir(folder).catch(() => []));
  const old = await siblingsAt(path, files);
  const fixed = Object.entries(files.fixed ?? {});
  const added: string[] = [];
  const write = async (name: string, bytes: Uint8Array): Promise<void> => {
    if (!beside.has(name)) added.push(name);
    await writeFile(join(folder, name), bytes, { modeOf: path });
  };
  /** Removes what the file that stands there now does not refer to, whoever wrote it. */
  const removeUnused = async (names: readonly string[]): Promise<void> => {
    const used = await siblingsAt(path, files);
    for (const name of names)
      if (!used.includes(name)) await rm(join(folder, name), { force: true }).catch(() => undefined);
  };
  try {
    for (const [name, bytes] of Object.entries(files.siblings)) await write(name, bytes);
    for (const [name, bytes] of fixed) if (!beside.has(name)) await write(name, bytes);
    await writeFile(path, files.bytes);
  } catch (error) {
    await removeUnused(added);
    throw error;
  }
  // The new file is in place: where tidying up fails, nothing is lost.
  for (const [name, bytes] of fixed) if (old.includes(name)) await write(name, bytes).catch(() => undefined);
  await removeUnused(old.filter((name) => !Object.hasOwn(files.fixed ?? {}, name)));
  const used = await siblingsAt(path, files);
  const isUnused = (name: string): boolean => files.isSibling?.(name) === true && !used.includes(name);
  const written = await stat(path).catch(() => undefined);
  if (written !== undefined) await removeAbandoned(folder, isUnused, written.mtimeMs - abandonedAfter);
}

/** The files that the one at `path` refers to and that are its own; none where it is not there, or no such file. */
async function siblingsAt(path: string, files: FileSet): Promise<readonly string[]> {
  try {
    return files.siblingsIn?.(await readFile(path)) ?? [];
  } catch {
    return [];
  }
}

/**
 * The file that a path means: that of a folder, which is made, where the path ends as one or is one.
 * Throws: FILE_NOT_WRITTEN for a folder that stands where `isFileName` says that a file is meant.
 */
export async function placeOf(path: string, isFileName: (path: string) => boolean): Promise<string> {
  const { mkdir, stat } = await import('node:fs/promises');
  const { join } = await import('node:path');
  try {
    const isNamed = /[/\\]$/.test(path);
    if (isNamed) await mkdir(path, { recursive: true });
    const found = isNamed ? undefined : await stat(path).catch(() => undefined);
    if (found?.isDirectory() === true && isFileName(path)) throw new Error('it is a folder');
    return isNamed || found?.isDirectory() === true ? join(path, mainOfFolder) : path;
  } catch (cause) {
    throw fileNotWritten(path, cause);
  }
}
