import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
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

  it('removes what has not been written to for an hour, whoever left it, and nothing that is younger', async () => {
    const temporary = (digit: number): string => `.lamella-00000000-0000-0000-0000-00000000000${digit}.tmp`;
    const ages = { [temporary(1)]: 2, [temporary(2)]: 0.9, '.lamella-notes.tmp': 2, '.net.keras.tmp': 2 };
    for (const [name, hours] of Object.entries(ages)) {
      writeFileSync(join(folder, name), 'half');
      const written = Date.now() / 1000 - hours * 3600;
      utimesSync(join(folder, name), written, written);
    }
    await writeFile(join(folder, 'net.keras'), bytes('new'));
    expect(readdirSync(folder).sort()).toEqual(
      ['.lamella-notes.tmp', temporary(2), '.net.keras.tmp', 'net.keras'].sort(),
    );
  });

  it('keeps the mode of the file, and takes that of another for a new one', async () => {
    const path = join(folder, 'net.keras');
    writeFileSync(path, 'old');
    chmodSync(path, 0o600);
    await writeFile(path, bytes('new'));
    await writeFile(join(folder, 'shard'), bytes('new'), { modeOf: path });
    await writeFile(join(folder, 'plain'), bytes('new'), { modeOf: join(folder, 'none') });
    const modes = ['net.keras', 'shard', 'plain'].map((name) => statSync(join(folder, name)).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o666 & ~process.umask()]);
  });

  it('writes through symbolic links, also to where nothing is yet', async () => {
    mkdirSync(join(folder, 'runs'));
    mkdirSync(join(folder, 'links'));
    symlinkSync('../runs/1.keras', join(folder, 'links/first.keras'));
    symlinkSync('links/first.keras', join(folder, 'current.keras'));
    for (const text of ['old', 'new']) {
      await writeFile(join(folder, 'current.keras'), bytes(text));
      expect(readFileSync(join(folder, 'runs/1.keras'), 'utf8')).toBe(text);
    }
    expect(readlinkSync(join(folder, 'current.keras'))).toBe('links/first.keras');
    expect(['.', 'links', 'runs'].map((name) => readdirSync(join(folder, name)).sort())).toEqual([
      ['current.keras', 'links', 'runs'],
      ['first.keras'],
      ['1.keras'],
    ]);
  });

  it('takes names as long as the file system does', async () => {
    const path = join(folder, `${'é'.repeat(124)}n.keras`);
    await writeFile(path, bytes('new'));
    expect(readFileSync(path, 'utf8')).toBe('new');
    await expect(writeFile(join(folder, 'n'.repeat(256)), bytes('x'))).rejects.toThrow(/ENAMETOOLONG/);
  });

  it.each<[string, (path: string) => void, RegExp]>([
    ['a folder', (path) => mkdirSync(path), /writing failed: it is a folder/],
    ['a link that leads to itself', (path) => symlinkSync(path, path), /\[FILE_NOT_WRITTEN\]/],
    ['a device', (path) => symlinkSync('/dev/null', path), /writing failed: it is no regular file/],
  ])('replaces no %s', async (_, make, message) => {
    const path = join(folder, 'net.keras');
    make(path);
    await expect(writeFile(path, bytes('new'))).rejects.toThrow(message);
    expect(readdirSync(folder)).toEqual(['net.keras']);
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
