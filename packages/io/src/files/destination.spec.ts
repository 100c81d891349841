// Files that stand beside one another: what is there at each moment of a save, and what a save that fails leaves.
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { input, type FileSet } from '@lamella/core';
import { dense } from '@lamella/layers';
import { HostTensor } from '@lamella/program';
import type { Model } from '@lamella/training';
import { bytesOf, composed } from '../keras-fixtures.spec.js';
import { writeFileSet } from './destination.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lamella-destination-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const { loadModel, loadWeights, model, saveModel, saveWeights } = composed();

/** A model all of whose weights are one number. */
function filledWith(value: number): Model {
  const x = input({ shape: [3], name: 'x' });
  const net = model({ inputs: x, outputs: dense({ units: 2, name: 'out' }).apply(x), name: 'net' });
  for (const weight of net.weights)
    weight.set(new HostTensor(new Float32Array(weight.size).fill(value), weight.shape));
  return net;
}

const save = (value: number, path: string): Promise<void> =>
  path.includes('.weights.') ? saveWeights(filledWith(value), path) : saveModel(filledWith(value), path);

/** The number that the file is full of. Fails where there are several. */
async function storedIn(path: string): Promise<number> {
  const net = path.includes('.weights.') ? filledWith(0) : await loadModel(path);
  if (path.includes('.weights.')) await loadWeights(net, path);
  const found = new Set((await net.getWeights()).flatMap(({ data }) => Array.from(data)));
  expect(found.size).toBe(1);
  return [...found][0]!;
}

/** Runs with a disk that is full from the `count`th file on. */
async function withRoomFor(count: number, use: () => Promise<void>): Promise<void> {
  const probe = await open(join(folder, '.probe'), 'w');
  const prototype = Object.getPrototypeOf(probe) as Pick<FileHandle, 'writeFile'>;
  await probe.close();
  rmSync(join(folder, '.probe'));
  const original = prototype.writeFile;
  let written = 0;
  const spy = jest.spyOn(prototype, 'writeFile').mockImplementation(async function (
    this: FileHandle,
    ...args: Parameters<FileHandle['writeFile']>
  ) {
    if (written++ >= count)
      throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    return original.apply(this, args);
  });
  try {
    await use();
  } finally {
    spy.mockRestore();
  }
}

const several = ['model.json', 'net.weights.json'];

describe('a format of several files', () => {
  it.each(several)('keeps the old %s where any one of its files finds no room', async (name) => {
    const path = join(folder, name);
    await save(1, path);
    const before = readdirSync(folder).sort();
    for (let room = 0; room < before.length; room++) {
      await withRoomFor(room, async () => {
        // Keras' file that is always there is not written again.
        const files = name === 'model.json' ? before.length : before.length - 1;
        if (room < files) await expect(save(2, path)).rejects.toThrow(/\[FILE_NOT_WRITTEN\].*unchanged/s);
      });
      expect(readdirSync(folder).sort()).toEqual(before);
      expect(await storedIn(path)).toBe(1);
    }
  });

  it.each(several)('has none but its newest files beside %s', async (name) => {
    const path = join(folder, name);
    await save(1, path);
    const before = readdirSync(folder);
    await save(2, path);
    expect(await storedIn(path)).toBe(2);
    expect(readdirSync(folder)).toHaveLength(before.length);
    await save(2, path);
    expect(await storedIn(path)).toBe(2);
  });

  it.each(several)('is one of the saved ones where saves of %s overlap', async (name) => {
    const path = join(folder, name);
    mkdirSync(join(folder, 'real'));
    symlinkSync('real', join(folder, 'link'));
    const values = [1, 2, 3, 1, 2, 3];
    const to = (i: number): string => join(folder, i % 2 === 0 ? 'real' : 'link', name);
    await Promise.all([
      ...values.map((value) => save(value, path)),
      ...values.map((value, i) => save(value, to(i))),
    ]);
    expect(values).toContain(await storedIn(path));
    expect(values).toContain(await storedIn(to(0)));
    await save(4, path);
    await save(4, to(1));
    expect(readdirSync(folder).length - 2).toBe(readdirSync(join(folder, 'real')).length);
  });

  it.each(several)('leaves nothing of a first save of %s that fails', async (name) => {
    await withRoomFor(1, () => expect(save(1, join(folder, name))).rejects.toThrow('[FILE_NOT_WRITTEN]'));
    expect(readdirSync(folder)).toEqual([]);
  });

  it.each(several)('keeps the mode of %s in all its files', async (name) => {
    const path = join(folder, name);
    await save(1, path);
    for (const file of readdirSync(folder)) chmodSync(join(folder, file), 0o600);
    await save(2, path);
    const modes = new Set(readdirSync(folder).map((file) => statSync(join(folder, file)).mode & 0o777));
    expect([...modes]).toEqual([0o600]);
  });

  it.each(several)('is written and read through a link in place of %s', async (name) => {
    mkdirSync(join(folder, 'real'));
    const link = join(folder, name);
    symlinkSync(join('real', name), link);
    for (const value of [1, 2]) {
      await save(value, link);
      expect(await storedIn(link)).toBe(value);
      expect(await storedIn(join(folder, 'real', name))).toBe(value);
    }
    expect(readdirSync(folder).sort()).toEqual([name, 'real'].sort());
  });

  it.each([
    ['.json', 255],
    ['.weights.json', 251],
  ])('has names as long as the file system takes (%s)', async (ending, longest) => {
    const pathOf = (last: string): string =>
      join(folder, `${'n'.repeat(longest - ending.length - 1)}${last}${ending}`);
    await save(1, pathOf('a'));
    await save(2, pathOf('b'));
    await save(3, pathOf('b'));
    expect([await storedIn(pathOf('a')), await storedIn(pathOf('b'))]).toEqual([1, 3]);
  });

  it('removes what a killed save left a day ago, and nothing of another file', async () => {
    const left = ['net.0123456789abcdef-1of1.bin', 'other.0123456789abcdef-1of1.bin', 'net.bin'];
    for (const name of left) {
      writeFileSync(join(folder, name), '');
      utimesSync(join(folder, name), 1, 1);
    }
    writeFileSync(join(folder, 'net.fedcba9876543210-1of1.bin'), '');
    await save(1, join(folder, 'net.json'));
    const after = readdirSync(folder);
    expect(left.map((name) => after.includes(name))).toEqual([false, true, true]);
    expect(after).toContain('net.fedcba9876543210-1of1.bin');
  });
});

describe("saveWeights() over Keras' own sharded weights", () => {
  const names = ['sharded.weights.json', 'sharded_00000.weights.h5', 'sharded_00001.weights.h5'];
  const content = (): Record<string, string> =>
    Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
    );

  beforeEach(() => {
    for (const name of names) writeFileSync(join(folder, name), bytesOf(name));
  });

  it('changes nothing where there is no room for one of its files', async () => {
    const before = content();
    for (const room of [0, 1])
      await withRoomFor(room, () =>
        expect(save(1, join(folder, names[0]!))).rejects.toThrow(/\[FILE_NOT_WRITTEN\].*unchanged/s),
      );
    expect(content()).toEqual(before);
  });

  it('replaces them, and leaves a file of such a name alone that is not theirs', async () => {
    writeFileSync(join(folder, 'sharded_00007.weights.h5'), 'of somebody');
    writeFileSync(join(folder, 'own_00000.weights.h5'), 'of somebody');
    await save(1, join(folder, names[0]!));
    await save(1, join(folder, 'own.weights.json'));
    expect(await storedIn(join(folder, names[0]!))).toBe(1);
    const after = content();
    expect(Object.keys(after)).toHaveLength(7);
    expect(after[names[2]!]).toBeUndefined();
    expect(after[names[1]!]).not.toBe(Buffer.from(bytesOf(names[1]!)).toString('base64'));
    for (const name of ['sharded_00007.weights.h5', 'own_00000.weights.h5'])
      expect(readFileSync(join(folder, name), 'utf8')).toBe('of somebody');
  });
});

describe('saveModel()', () => {
  it.each(['net.keras', 'net.h5', 'net.json'])('refuses a folder that is called %s', async (name) => {
    mkdirSync(join(folder, name));
    await expect(save(1, join(folder, name))).rejects.toThrow(
      `[FILE_NOT_WRITTEN] "${join(folder, name)}": writing failed: it is a folder`,
    );
    expect(readdirSync(join(folder, name))).toEqual([]);
  });

  it('refuses a folder inside a file', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(save(1, `${join(folder, 'file')}/`)).rejects.toThrow('[FILE_NOT_WRITTEN]');
  });
});

describe('writeFileSet()', () => {
  it('leaves everything as it was where the file cannot be written', async () => {
    const text = (content: string): Uint8Array => new TextEncoder().encode(content);
    // A folder stands where the file is to go.
    mkdirSync(join(folder, 'main'));
    writeFileSync(join(folder, 'shared.bin'), 'shared');
    const files: FileSet = {
      bytes: text('main'),
      siblings: { 'shared.bin': text('shared'), 'new.bin': text('new') },
      fixed: { 'fixed.bin': text('') },
      isSibling: () => true,
    };
    await expect(writeFileSet(join(folder, 'main'), files)).rejects.toThrow(/\[FILE_NOT_WRITTEN\]/);
    expect(readdirSync(folder).sort()).toEqual(['main', 'shared.bin']);
  });
});
