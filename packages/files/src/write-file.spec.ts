import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readFile } from './read-file.js';
import { writeFile } from './write-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lamella-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Makes the file system fail, as it does when the disk is full: half of what was to be written is there. */
async function withFullDisk(what: 'writeFile' | 'sync', use: () => Promise<void>): Promise<void> {
  const probe = await open(join(folder, 'probe'), 'w');
  const prototype = Object.getPrototypeOf(probe) as Record<string, (...args: never[]) => Promise<unknown>>;
  await probe.close();
  rmSync(join(folder, 'probe'));
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  const original = prototype['writeFile']!;
  const spy = jest.spyOn(prototype, what).mockImplementation(async function (
    this: unknown,
    ...args: never[]
  ) {
    const content = args[0] as Uint8Array | undefined;
    if (content !== undefined) await original.call(this, content.subarray(0, content.length / 2) as never);
    throw full;
  });
  try {
    await use();
  } finally {
    spy.mockRestore();
  }
}

describe('writeFile', () => {
  it('replaces a file whole, and leaves nothing beside it', async () => {
    const path = join(folder, 'net.keras');
    await writeFile(path, bytes('old'));
    await writeFile(path, bytes('new'));
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['net.keras']);
  });

  it.each(['writeFile', 'sync'] as const)('keeps the old file when the disk is full (%s)', async (what) => {
    const path = join(folder, 'net.keras');
    writeFileSync(path, 'old');
    await withFullDisk(what, async () => {
      await expect(writeFile(path, bytes('new and longer'))).rejects.toThrow(
        /^\[FILE_NOT_WRITTEN\] ".*net\.keras": writing failed: ENOSPC: no space left on device, write\.\nFix: make room/,
      );
    });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['net.keras']);
  });

  it('says so when there is no such folder, or it is none', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(writeFile(join(folder, 'none', 'x.keras'), bytes('x'))).rejects.toThrow(
      '[FILE_NOT_WRITTEN]',
    );
    await expect(writeFile(join(folder, 'file', 'x.keras'), bytes('x'))).rejects.toThrow(
      '[FILE_NOT_WRITTEN]',
    );
  });

  it('removes what a killed process left of the same file, and nothing else', async () => {
    const id = '00000000-0000-0000-0000-000000000000';
    // No process has this number.
    writeFileSync(join(folder, `.net.keras.4194999.${id}.tmp`), 'half');
    writeFileSync(join(folder, `.net.keras.${process.pid}.${id}.tmp`), 'of one that runs');
    writeFileSync(join(folder, `.other.keras.4194999.${id}.tmp`), 'of another');
    await writeFile(join(folder, 'net.keras'), bytes('new'));
    expect(readdirSync(folder).sort()).toEqual([
      `.net.keras.${process.pid}.${id}.tmp`,
      `.other.keras.4194999.${id}.tmp`,
      'net.keras',
    ]);
  });
});

describe('readFile', () => {
  it('names a file that is missing, a folder, a device, and one that is too large', async () => {
    writeFileSync(join(folder, 'large'), '12345678');
    await expect(readFile(join(folder, 'none'))).rejects.toThrow('[FILE_MISSING]');
    await expect(readFile(folder)).rejects.toThrow('it is no regular file');
    if (existsSync('/dev/zero')) await expect(readFile('/dev/zero')).rejects.toThrow('it is no regular file');
    await expect(readFile(join(folder, 'large'), 4)).rejects.toThrow(
      'it has 8 bytes, and 4 are to be read at most',
    );
  });
});
