// Replaces a file whole: written beside it, brought to the disk, then renamed. @lamella/io does the same for saveModel().
import { lamellaError } from '@lamella/program';

/** Throws: FILE_NOT_WRITTEN, and the old file is as it was. */
export async function writeFile(path: string, bytes: Uint8Array): Promise<void> {
  const { open, rename, rm } = await import('node:fs/promises');
  const { randomUUID } = await import('node:crypto');
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
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
