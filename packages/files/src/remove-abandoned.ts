// Removes what killed processes left half done. Which processes run is nothing that a folder shared between machines could
// say; how long a file has not been written to is.

/** Removes the files of a folder that are `ours` by name and were last written to before `time`, a time of its file system. */
export async function removeAbandoned(
  folder: string,
  isOurs: (name: string) => boolean,
  time: number,
): Promise<void> {
  const { readdir, rm, stat } = await import('node:fs/promises');
  const { join } = await import('node:path');
  for (const name of (await readdir(folder).catch(() => [])).filter(isOurs)) {
    const path = join(folder, name);
    const written = await stat(path).catch(() => undefined);
    if (written !== undefined && written.mtimeMs < time)
      await rm(path, { force: true }).catch(() => undefined);
  }
}
