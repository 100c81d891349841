// The files of a folder and their labels, as Keras' functions for folders find them: the names of folders are the classes.
// Not here: what is in the files.
import { dataInvalid, optionInvalid, randomSeed, type Dataset, type OptionNames } from '@lamella/core';
import { fileMissing } from '@lamella/files';
import { HostTensor, type AnyHostTensor } from '@lamella/program';
import { checkIndex } from '../examples/check.js';
import { shuffle } from '../examples/shuffle.js';
import { toCategorical } from '../to-categorical.js';

/** `int`: a number [] of int32; `binary`: 0 or 1 as [1] of float32; `categorical`: [classes] of float32; null: no labels. */
export type LabelMode = 'int' | 'binary' | 'categorical' | null;

export interface DirectoryOptions {
  /** Default: the folders in the folder. A list has one for each file, in the order of their paths; null is for no labels. */
  readonly labels?: 'inferred' | readonly number[] | null;
  /** Default `int`. */
  readonly labelMode?: LabelMode;
  /** The folders' names in the order of their numbers. Default: sorted. */
  readonly classNames?: readonly string[];
  /** Whether files come in an order that is drawn once. Default true. */
  readonly shuffle?: boolean;
  /** By default that of `setRandomSeed`. */
  readonly seed?: number;
  /** The fraction of the files, the last ones, that is the subset `validation`. */
  readonly validationSplit?: number;
  readonly subset?: 'training' | 'validation';
  /** Whether folders are entered through symbolic links. Default false. */
  readonly followLinks?: boolean;
}

/** What a file holds, and its label unless there are none. */
export interface LabelledExample<X extends AnyHostTensor = AnyHostTensor> {
  readonly x: X;
  readonly y?: HostTensor;
}

/** One example for each file. */
export interface DirectoryDataset<X extends AnyHostTensor> extends Dataset<LabelledExample<X>> {
  /** The classes, in the order of their numbers; none where labels were given. */
  readonly classNames: readonly string[];
  readonly filePaths: readonly string[];
}

/** The options that both functions have. */
export const directoryOptionNames: OptionNames<DirectoryOptions> = {
  labels: true,
  labelMode: true,
  classNames: true,
  shuffle: true,
  seed: true,
  validationSplit: true,
  subset: true,
  followLinks: true,
};

interface LabelledFile {
  readonly path: string;
  readonly label?: number;
}

/**
 * A dataset of the files with such endings; `read` makes the tensor of one.
 * Throws: OPTION_INVALID, FILE_MISSING, DATA_INVALID.
 */
export async function directoryDataset<X extends AnyHostTensor>(
  subject: string,
  directory: string,
  options: DirectoryOptions,
  endings: readonly string[],
  read: (path: string, bytes: Uint8Array) => Promise<X>,
): Promise<DirectoryDataset<X>> {
  const { labels = 'inferred', labelMode = 'int', classNames: named } = options;
  check(subject, options);
  const isInferred = labels === 'inferred' && labelMode !== null;
  const classNames = isInferred ? await classesOf(subject, directory, named) : [];
  const found = isInferred
    ? await filesOfClasses(directory, classNames, endings, options)
    : (await filesIn(directory, endings, options)).map((path, i): LabelledFile =>
        Array.isArray(labels) ? { path, label: (labels as readonly number[])[i] } : { path },
      );
  if (found.length === 0)
    throw dataInvalid(
      subject,
      `"${directory}" holds no files that end in ${endings.join(', ')}`,
      'give the folder that holds one folder for each class',
    );
  if (Array.isArray(labels) && labels.length !== found.length)
    throw optionInvalid(subject, 'labels', `one for each of the ${found.length} files`, labels.length);
  const count = isInferred ? classNames.length : new Set(found.map(({ label }) => label)).size;
  if (labelMode === 'binary' && labels !== null && count !== 2)
    throw optionInvalid(subject, 'labelMode', `"int" or "categorical" for ${count} classes`, labelMode);
  const files = subsetOf(options, inOrder(options, found));
  const { readFile } = await import('node:fs/promises');
  return {
    classNames,
    filePaths: files.map(({ path }) => path),
    length: files.length,
    async get(index) {
      checkIndex(`Dataset of ${subject}`, index, files.length);
      const { path, label } = files[index]!;
      const x = await read(path, await readFile(path));
      return label === undefined || labelMode === null
        ? { x }
        : { x, y: labelTensor(label, labelMode, count) };
    },
  };
}

function check(subject: string, options: DirectoryOptions): void {
  const { labels, labelMode, classNames, seed, validationSplit, subset } = options;
  if (labelMode !== undefined && ![null, 'int', 'binary', 'categorical'].includes(labelMode))
    throw optionInvalid(subject, 'labelMode', '"int", "binary", "categorical" or null', labelMode);
  const isList =
    Array.isArray(labels) &&
    (labels as unknown[]).every((label) => Number.isSafeInteger(label) && (label as number) >= 0);
  if (labels !== undefined && labels !== null && labels !== 'inferred' && !isList)
    throw optionInvalid(subject, 'labels', '"inferred", a list of natural numbers, or null', labels);
  if (classNames !== undefined && labels !== undefined && labels !== 'inferred')
    throw optionInvalid(subject, 'classNames', 'none where labels are given', classNames);
  if ((validationSplit === undefined) !== (subset === undefined))
    throw optionInvalid(
      subject,
      subset === undefined ? 'subset' : 'validationSplit',
      'given, as the other is',
      undefined,
    );
  if (validationSplit !== undefined && !(validationSplit > 0 && validationSplit < 1))
    throw optionInvalid(subject, 'validationSplit', 'a fraction between 0 and 1', validationSplit);
  if (subset !== undefined && subset !== 'training' && subset !== 'validation')
    throw optionInvalid(subject, 'subset', '"training" or "validation"', subset);
  if (validationSplit !== undefined && options.shuffle !== false && seed === undefined)
    throw optionInvalid(
      subject,
      'seed',
      'a number, or shuffle: false, so that the subsets do not overlap',
      seed,
    );
}

/** The folders in the folder, sorted, or as they were named. */
async function classesOf(
  subject: string,
  directory: string,
  named: readonly string[] | undefined,
): Promise<readonly string[]> {
  const found = (await entriesOf(directory, true)).filter((entry) => entry.isFolder).map(({ name }) => name);
  const same = named?.length === found.length && new Set([...named, ...found]).size === found.length;
  if (named !== undefined && !same)
    throw optionInvalid(subject, 'classNames', `the folders of "${directory}": ${found.join(', ')}`, named);
  return named ?? found;
}

async function filesOfClasses(
  directory: string,
  classNames: readonly string[],
  endings: readonly string[],
  options: DirectoryOptions,
): Promise<readonly LabelledFile[]> {
  const { join } = await import('node:path');
  const lists = await Promise.all(classNames.map((name) => filesIn(join(directory, name), endings, options)));
  return lists.flatMap((paths, label) => paths.map((path) => ({ path, label })));
}

/** The files with such endings in the folder and below it, sorted in each. */
async function filesIn(
  directory: string,
  endings: readonly string[],
  options: DirectoryOptions,
): Promise<readonly string[]> {
  const { join } = await import('node:path');
  const files: string[] = [];
  const folders: string[] = [];
  for (const { name, isFolder } of await entriesOf(directory, options.followLinks === true)) {
    if (isFolder) folders.push(join(directory, name));
    else if (endings.some((ending) => name.toLowerCase().endsWith(ending))) files.push(join(directory, name));
  }
  for (const folder of folders) files.push(...(await filesIn(folder, endings, options)));
  return files;
}

/** The names in a folder, sorted as Python sorts them. Throws: FILE_MISSING. */
async function entriesOf(
  directory: string,
  followLinks: boolean,
): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]> {
  const [{ readdir, stat }, { join }] = await Promise.all([import('node:fs/promises'), import('node:path')]);
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR')
      throw fileMissing(`"${directory}"`, 'there is no such folder', error);
    throw error;
  });
  const isFolder = async (name: string): Promise<boolean> =>
    stat(join(directory, name)).then(
      (found) => found.isDirectory(),
      () => false,
    );
  const known = await Promise.all(
    entries.map(async (entry) => {
      const isLink = entry.isSymbolicLink() && followLinks;
      return { name: entry.name, isFolder: isLink ? await isFolder(entry.name) : entry.isDirectory() };
    }),
  );
  return known.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function inOrder(options: DirectoryOptions, files: readonly LabelledFile[]): readonly LabelledFile[] {
  if (options.shuffle === false) return files;
  const places = shuffle({ length: files.length, get: (i) => i }, options.seed ?? randomSeed());
  return files.map((_, i) => files[places.get(i) as number]!);
}

function subsetOf(
  { validationSplit, subset }: DirectoryOptions,
  files: readonly LabelledFile[],
): readonly LabelledFile[] {
  if (validationSplit === undefined) return files;
  const count = files.length - Math.trunc(validationSplit * files.length);
  return subset === 'training' ? files.slice(0, count) : files.slice(count);
}

function labelTensor(label: number, mode: NonNullable<LabelMode>, classes: number): HostTensor {
  if (mode === 'int') return new HostTensor(Int32Array.of(label), [], 'int32');
  if (mode === 'binary') return new HostTensor(Float32Array.of(label), [1]);
  return toCategorical([label], classes).row(0);
}
