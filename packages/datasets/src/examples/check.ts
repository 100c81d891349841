// What the datasets derived from others check alike: indices, counts, and that a dataset is one.
import { dataInvalid, optionInvalid, type Dataset } from '@lamella/core';
import { indexOutOfRange } from '../errors.js';

/** Throws: DATA_INVALID unless `dataset` has a length and a `get`. */
export function checkDataset(subject: string, dataset: Dataset<unknown>): void {
  const { length, get } = (dataset ?? {}) as Partial<Dataset<unknown>>;
  if (typeof get !== 'function' || !Number.isSafeInteger(length) || length! < 0)
    throw dataInvalid(
      subject,
      'expected a dataset, which has a length and get(index)',
      'make one of tensors with fromTensors()',
    );
}

/** Throws: INDEX_OUT_OF_RANGE. */
export function checkIndex(subject: string, index: number, length: number): void {
  if (!Number.isInteger(index) || index < 0 || index >= length) throw indexOutOfRange(subject, index, length);
}

/** Throws: OPTION_INVALID unless `value` is an integer of at least `least`. */
export function checkCount(subject: string, option: string, value: number, least: 0 | 1): void {
  if (!Number.isSafeInteger(value) || value < least)
    throw optionInvalid(subject, option, least === 0 ? 'a natural number' : 'a positive integer', value);
}

/** Whether a dataset's `get` gave an example that is still to come. */
export function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof (value as Promise<T> | undefined)?.then === 'function';
}
