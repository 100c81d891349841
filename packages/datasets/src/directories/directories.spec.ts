// Folders of texts and images, against what Keras reads of fixtures/directories. Made by tools/oracle/datasets.py.
import { mkdirSync, mkdtempSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { camelCase, type Dataset } from '@lamella/core';
import { crc32 } from '@lamella/files';
import { HostTensor } from '@lamella/program';
import { decodeImage } from './decode-image.js';
import { imageDatasetFromDirectory } from './image-dataset-from-directory.js';
import type { DirectoryOptions } from './labelled-files.js';
import { textDatasetFromDirectory } from './text-dataset-from-directory.js';

interface Stored {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly number[];
}
interface Case {
  readonly options: Readonly<Record<string, unknown>>;
  readonly class_names: readonly string[];
  readonly y: Stored;
}
const fixtures = new URL('../../../../fixtures/', import.meta.url);
const golden = JSON.parse(readFileSync(new URL('keras/datasets.json', fixtures), 'utf8')) as {
  readonly texts: readonly (Case & { readonly x: readonly string[] })[];
  readonly images: readonly (Case & { readonly x: Stored })[];
};
const texts = fileURLToPath(new URL('directories/texts', fixtures));
const images = fileURLToPath(new URL('directories/images', fixtures));
const camel = (options: Readonly<Record<string, unknown>>): DirectoryOptions => ({
  ...Object.fromEntries(Object.entries(options).map(([name, value]) => [camelCase(name), value])),
  shuffle: false,
});
const all = async <T>(dataset: Dataset<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: dataset.length }, async (_, i) => dataset.get(i)));
const stored = (labels: readonly unknown[]): Stored => {
  const { shape, dtype, data } = HostTensor.stack(labels as HostTensor[]);
  return { shape, dtype, data: Array.from(data) };
};

/** A folder of files by their paths. */
function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = mkdtempSync(join(tmpdir(), 'lamella-directories-'));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** A PNG of rows of bytes as they are packed. */
function png(
  [width, height]: readonly [number, number],
  depth: number,
  colorType: number,
  rows: readonly (readonly number[])[],
  palette: readonly number[] = [],
): Uint8Array {
  const u32 = (value: number): number[] => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255);
  const chunk = (name: string, bytes: readonly number[]): number[] => {
    const body = [...Buffer.from(name), ...bytes];
    return [...u32(bytes.length), ...body, ...u32(crc32(Uint8Array.from(body)))];
  };
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk('IHDR', [...u32(width), ...u32(height), depth, colorType, 0, 0, 0]),
    ...(palette.length > 0 ? chunk('PLTE', palette) : []),
    ...chunk('IDAT', [...deflateSync(Uint8Array.from(rows.flatMap((row) => [0, ...row])))]),
    ...chunk('IEND', []),
  ]);
}

describe('textDatasetFromDirectory', () => {
  it.each(golden.texts)('reads what Keras reads for $options', async ({ options, class_names, x, y }) => {
    const made = await textDatasetFromDirectory(texts, camel(options));
    const examples = await all(made);
    expect(made.classNames).toEqual(class_names);
    expect(examples.map((example) => example.x.data[0])).toEqual(x);
    expect(examples[0]!.x.shape).toEqual([]);
    expect(stored(examples.map((example) => example.y))).toEqual(y);
  });

  it('takes labels for the files, or none, from the whole folder', async () => {
    const options = { shuffle: false } as const;
    const labelled = await textDatasetFromDirectory(texts, { ...options, labels: [3, 1, 4, 1, 5] });
    expect(stored((await all(labelled)).map(({ y }) => y)).data).toEqual([3, 1, 4, 1, 5]);
    expect(labelled.classNames).toEqual([]);
    for (const none of [{ labels: null }, { labelMode: null }] as const)
      expect(await all(await textDatasetFromDirectory(texts, { ...options, ...none }))).toHaveLength(5);
    const bare = await textDatasetFromDirectory(texts, { labels: null, shuffle: false });
    expect(Object.keys(await bare.get(0))).toEqual(['x']);
  });

  it('draws the order by the seed, so that the subsets are apart', async () => {
    const part = async (subset: 'training' | 'validation'): Promise<readonly string[]> =>
      (await textDatasetFromDirectory(texts, { seed: 4, validationSplit: 0.4, subset })).filePaths;
    const both = [...(await part('training')), ...(await part('validation'))];
    const sorted = (await textDatasetFromDirectory(texts, { shuffle: false })).filePaths;
    expect(new Set(both)).toEqual(new Set(sorted));
    expect(both).toHaveLength(5);
    expect(both).not.toEqual(sorted);
  });

  it('cuts no letter in two, and enters links only where it is told to', async () => {
    const root = folder({ 'a/1.txt': 'aüb', 'b/deep/2.TXT': 'c' });
    const { x } = await (await textDatasetFromDirectory(root, { shuffle: false, maxLength: 2 })).get(0);
    expect(x.data).toEqual(['a']);
    symlinkSync(join(root, 'a'), join(root, 'b', 'linked'));
    expect(await textDatasetFromDirectory(root, { shuffle: false })).toHaveLength(2);
    expect(await textDatasetFromDirectory(root, { shuffle: false, followLinks: true })).toHaveLength(3);
  });

  it.each<{ readonly options: object; readonly says: string }>([
    { options: { labels: [1] }, says: 'labels: expected one for each of the 5 files, got 1' },
    { options: { labels: ['a'] }, says: 'labels: expected "inferred", a list of natural numbers, or null' },
    { options: { classNames: ['neg', 'zoo'] }, says: 'classNames: expected the folders of' },
    { options: { labels: null, classNames: ['neg'] }, says: 'classNames: expected none' },
    { options: { labelMode: 'one_hot' }, says: 'labelMode: expected "int", "binary", "categorical" or null' },
    { options: { labels: [0, 1, 2, 3, 4], labelMode: 'binary' }, says: '"int" or "categorical" for 5' },
    { options: { validationSplit: 0.5 }, says: 'subset: expected given, as the other is' },
    { options: { validationSplit: 2, subset: 'training' }, says: 'validationSplit: expected a fraction' },
    {
      options: { validationSplit: 0.5, subset: 'both' },
      says: 'subset: expected "training" or "validation"',
    },
    {
      options: { validationSplit: 0.5, subset: 'training' },
      says: 'seed: expected a number, or shuffle: false',
    },
    { options: { maxLength: 0 }, says: 'maxLength: expected a positive integer' },
    { options: { batchSize: 32 }, says: 'batchSize' },
  ])('refuses $options', async ({ options, says }) => {
    await expect(textDatasetFromDirectory(texts, options)).rejects.toThrow(says);
  });

  it('names folders that are not there or hold nothing, and files that are no texts', async () => {
    await expect(textDatasetFromDirectory('/nowhere')).rejects.toThrow('[FILE_MISSING] "/nowhere"');
    await expect(textDatasetFromDirectory(images)).rejects.toThrow('holds no files that end in .txt');
    const odd = await textDatasetFromDirectory(folder({ 'a/1.txt': Uint8Array.of(255, 254) }));
    await expect(odd.get(0)).rejects.toThrow('it is not a text in UTF-8');
    await expect(odd.get(1)).rejects.toThrow('[INDEX_OUT_OF_RANGE]');
  });
});

describe('imageDatasetFromDirectory', () => {
  it.each(golden.images)('reads what Keras reads for $options', async ({ options, class_names, x, y }) => {
    const made = await imageDatasetFromDirectory(images, camel(options));
    const examples = await all(made);
    const rows = HostTensor.stack(examples.map((example) => example.x));
    expect(made.classNames).toEqual(class_names);
    // Keras' nearest pixels stay bytes, and batches of them are read as floats all the same.
    expect([rows.shape, rows.dtype]).toEqual([x.shape, 'float32']);
    expect(stored(examples.map((example) => example.y))).toEqual(y);
    const size = rows.data.length / examples.length;
    made.filePaths.forEach((path, i) => {
      // TensorFlow decodes JPEG fast and roughly: see the test of what was encoded, below. Gray is rounded.
      const most = path.endsWith('png') ? (x.shape[3] === 1 ? 1 : 0.001) : 14;
      for (let k = i * size; k < (i + 1) * size; k++)
        expect(Math.abs(rows.data[k]! - x.data[k]!)).toBeLessThan(most);
    });
  });

  it.each([
    ['cats/b.jpg', 1, 3, 9],
    ['dogs/d.jpeg', 3, 1, 3],
  ] as const)('decodes %s to what was encoded', async (path, number, channels, most) => {
    const { data } = await decodeImage(path, readFileSync(join(images, path)), channels);
    for (let i = 0; i < data.length; i++) {
      const [row, column, c] = [Math.floor(i / channels / 7), Math.floor(i / channels) % 7, i % channels];
      const value = 128 + 100 * Math.sin(0.4 * row + (0.5 * (c + number) * column) / 3);
      expect(Math.abs(data[i]! - value)).toBeLessThan(most);
    }
  });

  it.each([
    ['bits', png([3, 2], 1, 0, [[0b10100000], [0b01000000]]), 1, [255, 0, 255, 0, 255, 0]],
    ['two bits', png([2, 1], 2, 0, [[0b01110000]]), 1, [85, 255]],
    ['sixteen bits', png([2, 1], 16, 0, [[0x80, 0xff, 0xff, 0x00]]), 1, [128, 255]],
    ['a palette', png([2, 1], 4, 3, [[0x10]], [9, 8, 7, 1, 2, 3]), 3, [1, 2, 3, 9, 8, 7]],
    ['gray and alpha', png([1, 1], 8, 4, [[7, 100]]), 4, [7, 7, 7, 100]],
    ['gray', png([1, 1], 8, 0, [[7]]), 4, [7, 7, 7, 255]],
    ['colors to gray', png([1, 1], 8, 2, [[255, 0, 0]]), 1, [76]],
  ] as const)('decodes a PNG of %s', async (_, bytes, channels, values) => {
    expect(Array.from((await decodeImage('a.png', bytes, channels)).data)).toEqual(values);
  });

  it.each([
    ['a GIF', Buffer.from('GIF89a'), 'it is no PNG and no JPEG'],
    ['half a PNG', png([3, 2], 8, 0, [[1, 2, 3]]).subarray(0, 50), 'decoding failed'],
    ['half a JPEG', readFileSync(join(images, 'cats/b.jpg')).subarray(0, 300), 'decoding failed'],
    ['a PNG that says it is huge', png([2 ** 30, 2 ** 30], 8, 0, [[1]]), 'pixels, more than 100000000'],
    ['a color that no palette has', png([1, 1], 8, 3, [[5]], [1, 2, 3]), 'it has no color 5'],
  ])('names a file that is %s', async (_, bytes, says) => {
    const made = await imageDatasetFromDirectory(folder({ 'a/b.png': bytes }));
    await expect(made.get(0)).rejects.toThrow(says);
    await expect(made.get(0)).rejects.toThrow(/\[FILE_INVALID\] ".*b\.png"/);
  });

  it.each<{ readonly options: object; readonly says: string }>([
    { options: { imageSize: [0, 3] }, says: 'imageSize: expected two positive integers' },
    { options: { colorMode: 'cmyk' }, says: 'colorMode: expected "rgb", "rgba" or "grayscale"' },
    { options: { interpolation: 'area' }, says: 'interpolation: expected one of bilinear, nearest' },
    { options: { cropToAspectRatio: true, padToAspectRatio: true }, says: 'padToAspectRatio' },
  ])('refuses $options', async ({ options, says }) => {
    await expect(imageDatasetFromDirectory(images, options)).rejects.toThrow(says);
  });
});
