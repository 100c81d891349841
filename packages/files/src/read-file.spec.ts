import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readFile } from './read-file.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lamella-read-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('readFile()', () => {
  it('gives the bytes, in memory of their own', async () => {
    const path = join(folder, 'a');
    writeFileSync(path, Uint8Array.of(1, 2, 3));
    const bytes = await readFile(path);
    expect([...bytes]).toEqual([1, 2, 3]);
    expect(bytes.buffer.byteLength).toBe(3);
  });

  it.each([1, 2, 3, 7, 8])('reads in parts of %i bytes', async (partSize) => {
    const path = join(folder, 'a');
    writeFileSync(path, 'contents');
    const bytes = await readFile(path, 8, undefined, partSize);
    expect(new TextDecoder().decode(bytes)).toBe('contents');
  });

  it('takes files larger than memory could be for what they are before it reads them', async () => {
    const path = join(folder, 'sparse');
    writeFileSync(path, '');
    truncateSync(path, 3 * 2 ** 30);
    await expect(readFile(path, 2 ** 31)).rejects.toThrow(
      /\[FILE_INVALID\] ".*sparse": it has 3221225472 bytes, and 2147483648 are to be read at most/,
    );
  });

  it.each([
    ['a missing file', 'none', '[FILE_MISSING]'],
    ['a folder', '', '[FILE_INVALID]'],
  ])('refuses %s', async (_, name, code) => {
    await expect(readFile(join(folder, name))).rejects.toThrow(code);
  });

  it('ends with the reason of its signal', async () => {
    const path = join(folder, 'a');
    writeFileSync(path, 'content');
    const signal = AbortSignal.abort(new Error('changed my mind'));
    await expect(readFile(path, Infinity, signal)).rejects.toThrow('changed my mind');
  });
});
