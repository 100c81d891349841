// Saving, when the disk is full or the process is killed.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { StringLookup } from '@lamella/layers';
import { composed } from '../keras-fixtures.spec.js';
import { bundled, start } from '../run-script.spec.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lamella-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('saveModel() on a full disk', () => {
  it('leaves a model, and its file, as they were', async () => {
    const { loadModel, saveModel } = composed();
    const fixture = new URL('../../../../fixtures/keras/files/mlp.keras', import.meta.url);
    const path = join(folder, 'net.keras');
    writeFileSync(path, readFileSync(fixture));
    const model = await loadModel(path);
    const probe = await open(path);
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
    const spy = jest.spyOn(Object.getPrototypeOf(probe) as typeof probe, 'writeFile').mockRejectedValue(full);
    await probe.close();
    await expect(saveModel(model, path)).rejects.toThrow('[FILE_NOT_WRITTEN]');
    spy.mockRestore();
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
      const net = await loadModel(path);
      const found = new Set((await net.getWeights()).flatMap(({ data }) => Array.from(data)));
      for (const token of (net.getLayer('lookup') as StringLookup).getVocabulary(false))
        found.add(Number(token));
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
