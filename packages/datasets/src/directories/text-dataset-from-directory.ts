// A folder of texts as a dataset.
import { checkOptionNames, type OptionNames } from '@lamella/core';
import { fileInvalid } from '@lamella/files';
import { HostTensor } from '@lamella/program';
import { checkCount } from '../examples/check.js';
import {
  directoryDataset,
  directoryOptionNames,
  type DirectoryDataset,
  type DirectoryOptions,
} from './labelled-files.js';

export interface TextDirectoryOptions extends DirectoryOptions {
  /** The most bytes of a text; what comes after them is left out, a letter that they cut too. Default: all of it. */
  readonly maxLength?: number;
}

const names: OptionNames<TextDirectoryOptions> = { ...directoryOptionNames, maxLength: true };
const subject = 'textDatasetFromDirectory()';

/**
 * The texts of a folder, which holds a folder of `.txt` files for each class; each is read when it is asked for. Batches are `fit`'s.
 *
 * Shapes: [] of strings.
 * Throws: OPTION_INVALID, FILE_MISSING, DATA_INVALID; while reading, FILE_INVALID for what is not UTF-8.
 * Source: keras.utils.text_dataset_from_directory.
 *
 * @example
 * const { mkdir, writeFile } = await import('node:fs/promises');
 * for (const name of ['bad', 'good']) {
 *   await mkdir(`reviews/${name}`, { recursive: true });
 *   await writeFile(`reviews/${name}/1.txt`, `It was ${name}.`);
 * }
 * const reviews = await textDatasetFromDirectory('reviews', { shuffle: false });
 * reviews.classNames; // ['bad', 'good']
 * const { x } = await reviews.get(1);
 * x.data; // ['It was good.']
 */
export async function textDatasetFromDirectory(
  directory: string,
  options: TextDirectoryOptions = {},
): Promise<DirectoryDataset<HostTensor<'string'>>> {
  checkOptionNames(subject, options, names);
  const { maxLength } = options;
  if (maxLength !== undefined) checkCount(subject, 'maxLength', maxLength, 1);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const read = (path: string, bytes: Uint8Array): Promise<HostTensor<'string'>> => {
    let end = Math.min(bytes.length, maxLength ?? Infinity);
    // Bytes 10xxxxxx go on with the letter before them.
    if (end < bytes.length) while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
    try {
      return Promise.resolve(new HostTensor([decoder.decode(bytes.subarray(0, end))], [], 'string'));
    } catch (error) {
      throw fileInvalid(path, 'it is not a text in UTF-8', 'convert it to UTF-8', error);
    }
  };
  return directoryDataset(subject, directory, options, ['.txt'], read);
}
