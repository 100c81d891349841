// Where files go: a path, with the files that belong to it. Those beside it are written first, under names that nothing has
// used for other content, so that whenever the process ends, the old file or the new one is there with all it needs.
import type { FileSet } from '@lamella/core';
import { writeFile } from '@lamella/files';
import { mainOfFolder } from './source.js';

/** Puts a file set in place of what stands at `path`. Throws: FILE_NOT_WRITTEN; what was there before is unchanged. */
export async function writeFileSet(path: string, files: Uint8Array | FileSet): Promise<void> {
  if (files instanceof Uint8Array) return writeFile(path, files);
  const { readdir, rm } = await import('node:fs/promises');
  const { dirname, join } = await import('node:path');
  const folder = dirname(path);
  const before = new Set(await readdir(folder).catch(() => []));
  const added: string[] = [];
  try {
    for (const [name, bytes] of Object.entries(files.siblings)) {
      if (!before.has(name)) added.push(name);
      await writeFile(join(folder, name), bytes);
    }
    await writeFile(path, files.bytes);
  } catch (error) {
    await Promise.all(added.map((name) => rm(join(folder, name), { force: true })));
    throw error;
  }
  const old = [...before].filter(
    (name) => !Object.hasOwn(files.siblings, name) && files.isSuperseded?.(name) === true,
  );
  await Promise.all(old.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)));
}

/** The file that a path means: that of a folder, which is made, where the path ends as one or is one. */
export async function placeOf(path: string): Promise<string> {
  const { mkdir, stat } = await import('node:fs/promises');
  const { join } = await import('node:path');
  const isNamed = /[/\\]$/.test(path);
  if (isNamed) await mkdir(path, { recursive: true });
  const isFolder =
    isNamed ||
    (await stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    ));
  return isFolder ? join(path, mainOfFolder) : path;
}
