import { readdirSync, readFileSync } from 'node:fs';
import { crc32, deflateRawSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { input } from '@lamella/core';
import { unzip, writeZip } from '@lamella/files';
import { dense } from '@lamella/layers';
import type { Model } from '@lamella/training';
import { readHdf5 } from './hdf5/read-hdf5.js';
import { hdf5Group, type Hdf5Group } from './hdf5/tree.js';
import { writeHdf5 } from './hdf5/write-hdf5.js';
import { bytesOf, composed } from './keras-fixtures.spec.js';
import { refused, text, type Json } from './refusals.spec.js';

// Archives, HDF5 files and indexes that do harm by what they are, whatever they hold. Sources: the CVEs named below.

describe('archives', () => {
  const whole = bytesOf('mlp.keras');

  it('that unfold to more than they say, or to more than there is room for, are refused', async () => {
    const zeros = new Uint8Array(50 * 1024 * 1024);
    await refused(
      zip([{ name: 'config.json', content: zeros, size: 1000 }]),
      'FILE_INVALID',
      /not as large as it says/,
    );
    await refused(
      zip([{ name: 'config.json', content: zeros, size: 2 ** 32 - 2 }]),
      'FILE_INVALID',
      /cannot unfold to/,
    );
    const many = Array.from({ length: 8 }, (_, i) => ({ name: `${i}`, content: zeros }));
    await refused(zip(many), 'BUDGET_EXCEEDED', /member "\d" asks for more than the \d+ bytes/);
  });

  it('whose members share their bytes are refused', async () => {
    await refused(
      zip([
        { name: 'a', content: new Uint8Array(9) },
        { name: 'a', content: new Uint8Array(9), at: 0, listedAs: 'b' },
      ]),
      'FILE_INVALID',
      /two names|lies over/,
    );
  });

  // CVE-2025-12060.
  it.each(['../config.json', '/etc/passwd', 'a/../../b', '..\\x', 'C:\\x'])(
    'with a member outside of them are refused: %s',
    async (name) => {
      await refused(
        writeZip({ ...Object.fromEntries(unzip(whole, 'x')), [name]: text.encode('x') }),
        'FILE_INVALID',
        'points outside the archive',
      );
    },
  );

  it('with one name twice are refused', async () => {
    const part = { name: 'config.json', content: text.encode('{}') };
    await refused(zip([part, part]), 'FILE_INVALID', /stands twice/);
  });

  it('that lack a part, are cut off, are damaged, or are no archives, are refused', async () => {
    await refused(writeZip({ 'metadata.json': text.encode('{}') }), 'FILE_INVALID', /lacks "config.json"/);
    await refused(whole.subarray(0, whole.length - 30), 'FILE_INVALID', /cut off/);
    const damaged = whole.slice();
    damaged[200]! ^= 1;
    await refused(damaged, 'FILE_INVALID', /damaged/);
    await refused(text.encode('hello'), 'FILE_INVALID', /no zip archive/);
    await refused(new Uint8Array(0), 'FILE_INVALID', /empty/);
  });
});

interface Part {
  readonly name: string;
  readonly content: Uint8Array;
  /** What the directory says it unfolds to. */
  readonly size?: number;
  /** Where its own header stands, if not at its place. */
  readonly at?: number;
  readonly listedAs?: string;
}

/** An archive of compressed parts, whose directory says what it is told to. */
function zip(parts: readonly Part[]): Uint8Array {
  const local: number[] = [];
  const directory: number[] = [];
  const u16 = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff];
  const u32 = (value: number): number[] => [...u16(value & 0xffff), ...u16((value / 65536) & 0xffff)];
  for (const { name, content, size = content.length, at = local.length, listedAs = name } of parts) {
    const packed = deflateRawSync(content, { level: 9 });
    const fields = [
      ...u16(20),
      ...u16(0),
      ...u16(8),
      ...u32(0),
      ...u32(crc32(content)),
      ...u32(packed.length),
      ...u32(size),
      ...u16(name.length),
      ...u16(0),
    ];
    if (at === local.length) {
      for (const byte of [...u32(0x04034b50), ...fields, ...text.encode(name)]) local.push(byte);
      for (const byte of packed) local.push(byte);
    }
    directory.push(
      ...u32(0x02014b50),
      ...u16(20),
      ...fields.slice(0, -4),
      ...u16(listedAs.length),
      ...u16(0),
      ...u16(0),
      ...u16(0),
      ...u16(0),
      ...u32(0),
      ...u32(at),
      ...text.encode(listedAs),
    );
  }
  const end = [
    ...u32(0x06054b50),
    ...u16(0),
    ...u16(0),
    ...u16(parts.length),
    ...u16(parts.length),
    ...u32(directory.length),
    ...u32(local.length),
    ...u16(0),
  ];
  return Uint8Array.from([...local, ...directory, ...end]);
}

describe('HDF5', () => {
  const hostile = new URL('../../../fixtures/hostile/', import.meta.url);
  const files = readdirSync(hostile).filter((name) => name !== 'prototype_names.weights.h5');

  /** A model that the files pretend to fit. */
  function small(): Model {
    const x = input({ shape: [3], name: 'x' });
    return composed().model({ inputs: x, outputs: dense({ units: 2, name: 'dense' }).apply(x) });
  }

  // CVE-2026-1669 and CVE-2026-0897, pull request 22976, and what else HDF5 can do.
  it.each(files)('%s is refused, and the model is as it was', async (name) => {
    const model = small();
    const before = await model.getWeights();
    const bytes = new Uint8Array(readFileSync(new URL(name, hostile)));
    await expect(composed().loadWeights(model, { name, bytes })).rejects.toThrow(
      /FILE_INVALID.*(is a soft or external link|in another file|is virtual|declares|in pieces|compressed|another name|no numbers|form that Keras does not write)/,
    );
    expect(await model.getWeights()).toEqual(before);
  });

  it('names that reach a prototype are names like others', async () => {
    const name = 'prototype_names.weights.h5';
    const bytes = new Uint8Array(readFileSync(new URL(name, hostile)));
    await expect(composed().loadWeights(small(), { name, bytes })).rejects.toThrow('[WEIGHTS_MISMATCH]');
    expect(({} as Json)['polluted']).toBeUndefined();
  });

  it('texts that come to more than the file are refused', () => {
    const root = hdf5Group();
    root.attributes.set(
      'names',
      Array.from({ length: 400 }, () => 'x'.repeat(3000)),
    );
    expect(() => readHdf5(writeHdf5(root), 'x.h5')).toThrow(
      /FILE_INVALID.*more than the \d+ bytes of the file can hold/,
    );
  });

  it('groups inside groups without end are refused', () => {
    let root: Hdf5Group = hdf5Group();
    for (let i = 0; i < 600; i++) {
      const outer = hdf5Group();
      outer.groups.set('g', root);
      root = outer;
    }
    expect(() => readHdf5(writeHdf5(root), 'x.h5')).toThrow(/nested more than 512 deep/);
  });
});

describe('weights in several files', () => {
  it.each([
    '../x.weights.h5',
    '/etc/x.weights.h5',
    'a/b.weights.h5',
    'C:\\x.weights.h5',
    'x.h5',
    '..weights.h5',
    '',
  ])('are read from beside the index only: %s', async (name) => {
    const bytes = text.encode(JSON.stringify({ metadata: {}, weight_map: { '/layers/dense/vars': name } }));
    const x = input({ shape: [3] });
    const model = composed().model({ inputs: x, outputs: dense({ units: 2 }).apply(x) });
    await expect(
      composed().loadWeights(model, { name: 'm.weights.json', bytes, siblings: {} }),
    ).rejects.toThrow(/FILE_INVALID|FILE_MISSING/);
  });
});
