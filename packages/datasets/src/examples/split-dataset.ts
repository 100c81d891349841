// A dataset in two parts, such as for training and validation.
import { checkOptionNames, dataInvalid, optionInvalid, type Dataset, type OptionNames } from '@lamella/core';
import { checkDataset } from './check.js';
import { shuffle } from './shuffle.js';
import { skip, take } from './take.js';

export interface SplitDatasetOptions {
  /** How much is on the left: a fraction below 1, or a number of examples. By default what the right one leaves. */
  readonly leftSize?: number;
  /** How much is on the right. By default what the left one leaves. */
  readonly rightSize?: number;
  /** Whether the examples are shuffled before. Default false. */
  readonly shuffle?: boolean;
  /** The seed of the shuffling; by default that of `setRandomSeed`. */
  readonly seed?: number;
}

const names: OptionNames<SplitDatasetOptions> = {
  leftSize: true,
  rightSize: true,
  shuffle: true,
  seed: true,
};
const subject = 'splitDataset()';

/**
 * The first and the last examples, as many as are asked for. Throws: OPTION_INVALID, DATA_INVALID for sizes that leave a part without examples.
 * Source: keras.utils.split_dataset.
 *
 * @example
 * const numbers = { length: 10, get: (index: number) => index };
 * const [left, right] = splitDataset(numbers, { leftSize: 0.8 });
 * [left.length, right.length]; // [8, 2]
 */
export function splitDataset<T>(
  dataset: Dataset<T>,
  options: SplitDatasetOptions,
): [left: Dataset<T>, right: Dataset<T>] {
  checkOptionNames(subject, options, names);
  checkDataset(subject, dataset);
  const { length } = dataset;
  const [leftSize, rightSize] = (['leftSize', 'rightSize'] as const).map((name) => {
    const size = options[name];
    const isFraction = size !== undefined && size > 0 && size < 1;
    if (size !== undefined && !isFraction && !(Number.isInteger(size) && size > 0 && size < length))
      throw optionInvalid(subject, name, `a fraction, or a number of examples below ${length}`, size);
    return isFraction ? roundHalfToEven(size * length) : size;
  });
  if (leftSize === undefined && rightSize === undefined)
    throw optionInvalid(subject, 'leftSize', 'a size, or one for rightSize', undefined);
  const left = leftSize ?? length - rightSize!;
  const right = rightSize ?? length - left;
  if (left === 0 || right === 0 || left + right > length)
    throw dataInvalid(
      subject,
      `${length} examples do not make parts of ${left} and ${right}`,
      'choose other sizes, or a larger dataset',
    );
  const arranged = options.shuffle === true ? shuffle(dataset, options.seed) : dataset;
  return [take(arranged, left), skip(arranged, length - right)];
}

/** As Python rounds. */
function roundHalfToEven(value: number): number {
  const rounded = Math.round(value);
  return value % 1 === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
}
