// Tensors as a dataset: example i is row i of each. Rows are views; nothing is copied and narrow dtypes stay narrow.
import { dataInvalid, type Dataset, type Example, type ExampleValue } from '@lamella/core';
import { flatten, isHostTensor } from '@lamella/program';
import { dataLength } from '../errors.js';
import { checkIndex } from './check.js';

const subject = 'fromTensors()';

/**
 * A dataset of the rows of `x`, `y` and `sampleWeight`, each a tensor, a list or a record of tensors.
 *
 * Throws: DATA_LENGTH when they have different numbers of rows; DATA_INVALID for what has no rows; TREE_INVALID.
 *
 * @example
 * const pairs = fromTensors({
 *   x: new HostTensor(new Float32Array([1, 2, 3, 4]), [2, 2]),
 *   y: new HostTensor(new Uint8Array([0, 1]), [2], 'uint8'),
 * });
 * pairs.length; // 2
 */
export function fromTensors<E extends Example>(tensors: E): Dataset<E> {
  if (typeof tensors !== 'object' || tensors === null)
    throw dataInvalid(subject, `expected { x, y }, got ${tensors === null ? 'null' : typeof tensors}`);
  const values = Object.entries(tensors).filter(([, value]) => value !== undefined) as [
    string,
    ExampleValue,
  ][];
  // A list that contains itself has no rows.
  flatten<unknown>(
    values.map(([, value]) => value),
    isHostTensor,
  );
  const rows = values.map(([name, value]) => [name, rowGetter(name, value)] as const);
  const lengths = Object.fromEntries(
    rows.flatMap(([, { lengths: own }]) => own.map(({ name, length }) => [name, length])),
  );
  const length = Object.values(lengths)[0];
  if (length === undefined) throw dataInvalid(subject, 'expected tensors for x, got none');
  if (Object.values(lengths).some((other) => other !== length)) throw dataLength(subject, lengths);
  return {
    length,
    get(index) {
      checkIndex('Dataset of tensors', index, length);
      return Object.fromEntries(rows.map(([name, { row }]) => [name, row(index)])) as unknown as E;
    },
  };
}

interface RowGetter {
  readonly lengths: readonly { readonly name: string; readonly length: number }[];
  row(index: number): ExampleValue;
}

function rowGetter(name: string, value: ExampleValue): RowGetter {
  if (isHostTensor(value)) {
    const [length] = value.shape;
    if (length === undefined)
      throw dataInvalid(subject, `expected rows in ${name}, got a scalar`, 'give it a first dimension');
    return {
      lengths: [{ name, length }],
      row: (index) => value.row(index),
    };
  }
  if (typeof value !== 'object' || value === null)
    throw dataInvalid(
      subject,
      `expected host tensors for ${name}, got ${value === null ? 'null' : typeof value}`,
    );
  const parts = Object.entries(value).map(
    ([key, part]) => [key, rowGetter(`${name}.${key}`, part as ExampleValue)] as const,
  );
  return {
    lengths: parts.flatMap(([, part]) => part.lengths),
    row: (index) =>
      (Array.isArray(value)
        ? parts.map(([, part]) => part.row(index))
        : Object.fromEntries(parts.map(([key, part]) => [key, part.row(index)]))) as ExampleValue,
  };
}
