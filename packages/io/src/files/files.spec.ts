import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { composed } from '../keras-fixtures.spec.js';
import { bundled, start } from '../run-script.spec.js';
import { readFile, writeFileAtomically } from './files.js';

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

describe('writeFileAtomically', () => {
  it('replaces a file whole, and leaves nothing beside it', async () => {
    const path = join(folder, 'net.keras');
    await writeFileAtomically(path, bytes('old'));
    await writeFileAtomically(path, bytes('new'));
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(folder)).toEqual(['net.keras']);
  });

  it.each(['writeFile', 'sync'] as const)('keeps the old file when the disk is full (%s)', async (what) => {
    const path = join(folder, 'net.keras');
    writeFileSync(path, 'old');
    await withFullDisk(what, async () => {
      await expect(writeFileAtomically(path, bytes('new and longer'))).rejects.toThrow(
        /^\[FILE_NOT_WRITTEN\] ".*net\.keras": writing failed: ENOSPC: no space left on device, write\.\nFix: make room/,
      );
    });
    expect(readFileSync(path, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['net.keras']);
  });

  it('says so when there is no such folder, or it is none', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(writeFileAtomically(join(folder, 'none', 'x.keras'), bytes('x'))).rejects.toThrow(
      '[FILE_NOT_WRITTEN]',
    );
    await expect(writeFileAtomically(join(folder, 'file', 'x.keras'), bytes('x'))).rejects.toThrow(
      '[FILE_NOT_WRITTEN]',
    );
  });

  it('removes what a killed process left of the same file, and nothing else', async () => {
    const id = '00000000-0000-0000-0000-000000000000';
    // No process has this number.
    writeFileSync(join(folder, `.net.keras.4194999.${id}.tmp`), 'half');
    writeFileSync(join(folder, `.net.keras.${process.pid}.${id}.tmp`), 'of one that runs');
    writeFileSync(join(folder, `.other.keras.4194999.${id}.tmp`), 'of another');
    await writeFileAtomically(join(folder, 'net.keras'), bytes('new'));
    expect(readdirSync(folder).sort()).toEqual([
      `.net.keras.${process.pid}.${id}.tmp`,
      `.other.keras.4194999.${id}.tmp`,
      'net.keras',
    ]);
  });

  it('is saving through: a model whose saving fails, and its file, are as they were', async () => {
    const { loadModel, saveModel } = composed();
    const fixture = new URL('../../../../fixtures/keras/files/mlp.keras', import.meta.url);
    const path = join(folder, 'net.keras');
    writeFileSync(path, readFileSync(fixture));
    const model = await loadModel(path);
    await withFullDisk('writeFile', async () => {
      await expect(saveModel(model, path)).rejects.toThrow('[FILE_NOT_WRITTEN]');
    });
    expect(readFileSync(path)).toEqual(readFileSync(fixture));
  });
});

describe('a process killed while it saves', () => {
  it('leaves the old file or the new one, whole, ten times', async () => {
    const script = await bundled('save-forever.mjs');
    const path = join(folder, 'net.keras');
    const { loadModel } = composed();
    for (let kill = 0; kill < 10; kill++) {
      const told = await killedAfterFirstSave(script, path, kill * 7);
      const found = new Set(
        (await loadModel(path)).weights.flatMap((weight) => Array.from(weight.value.data)),
      );
      expect(found.size).toBe(1);
      expect([...found][0]).toBeGreaterThanOrEqual(told);
    }
  });
});

/** Starts the script, kills it some milliseconds after its first file, and gives the last round it told of. */
function killedAfterFirstSave(script: string, path: string, delay: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = start(script, [path]);
    let told = 0;
    child.stdout!.on('data', (chunk) => {
      if (told === 0) setTimeout(() => child.kill('SIGKILL'), delay);
      told = Number(String(chunk).trim().split('\n').at(-1));
    });
    child.on('error', reject);
    child.on('exit', (_, signal) =>
      signal === 'SIGKILL' ? resolve(told) : reject(new Error('It ended by itself.')),
    );
  });
}

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
