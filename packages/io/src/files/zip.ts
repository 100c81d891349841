// Zip archives as maps from names to bytes. Members are stored, as Keras writes them; bombs are refused before they unfold.
import { unzipSync, zipSync } from 'fflate';
import { isLamellaError } from '@lamella/program';
import { fileInvalid } from '../errors.js';

/** Bytes that all members may have together, whatever the archive's size, and how much deflate may expand beyond that. */
const freeSize = 256 * 1024 * 1024;
const maximumExpansion = 100;
const maximumMembers = 10_000;

/** The archive's bytes. */
export function writeZip(members: Readonly<Record<string, Uint8Array>>): Uint8Array {
  return zipSync(
    Object.fromEntries(
      Object.entries(members).map(([name, bytes]) => [
        name,
        [bytes, { level: 0, mtime: '1980-01-02T00:00:00' }],
      ]),
    ),
  );
}

/** The members' bytes by name. Throws: FILE_INVALID for damage, bombs, and names that leave the archive. */
export function readZip(bytes: Uint8Array, file: string): Map<string, Uint8Array> {
  if (bytes[0] !== 0x50 || bytes[1] !== 0x4b) throw fileInvalid(file, 'it is no zip archive');
  const limit = Math.max(freeSize, bytes.length * maximumExpansion);
  const seen = new Set<string>();
  let total = 0;
  try {
    const members = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        total += originalSize;
        if (total > limit) throw fileInvalid(file, `its members unfold to more than ${limit} bytes`);
        if (seen.has(name)) throw fileInvalid(file, `member "${name}" stands twice`);
        if (seen.add(name).size > maximumMembers)
          throw fileInvalid(file, `it holds more than ${maximumMembers} members`);
        if (name.startsWith('/') || name.split(/[/\\]/).includes('..'))
          throw fileInvalid(file, `member "${name}" points outside the archive`);
        return !name.endsWith('/');
      },
    });
    return new Map(Object.entries(members));
  } catch (cause) {
    throw isLamellaError(cause)
      ? cause
      : fileInvalid(file, 'the archive is damaged or cut off', undefined, cause);
  }
}
