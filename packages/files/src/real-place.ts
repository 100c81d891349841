// Where a path leads, whether or not something is there yet.

/** More links behind one another lead nowhere, as systems have it. */
const maximumLinks = 40;

/** The place of a file behind symbolic links, of its folder too. Throws what the file system says where there is no such folder. */
export async function realPlace(path: string): Promise<string> {
  const { readlink, realpath } = await import('node:fs/promises');
  const { basename, dirname, join, resolve } = await import('node:path');
  let place = path;
  for (let links = 0; links <= maximumLinks; links++) {
    const folder = await realpath(dirname(place));
    const target = await readlink(join(folder, basename(place))).catch(() => undefined);
    if (target === undefined) return join(folder, basename(place));
    place = resolve(folder, target);
  }
  throw new Error('it is a symbolic link that leads nowhere');
}
