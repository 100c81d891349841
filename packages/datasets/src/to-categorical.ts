// Class labels as one-hot rows, with the semantics of keras.utils.to_categorical. Numbers that are no class are refused,
// where NumPy would count from the end or cut off decimals.
import { dataInvalid, optionInvalid } from '@lamella/core';
import {
  HostTensor,
  isHostTensor,
  nestedShape,
  numbersOf,
  type AnyHostTensor,
  type NestedArray,
  type Shape,
} from '@lamella/program';
import { labelOutOfRange } from './errors.js';

const subject = 'toCategorical()';

/** Class labels: a tensor, nested arrays, or a typed array. */
export type Labels = AnyHostTensor | NestedArray | readonly NestedArray[] | ArrayLike<number>;

/**
 * One-hot float32 rows for integer labels. A last dimension of size 1 is dropped, `classes` are by default the largest label plus 1.
 *
 * Shapes: [...] or [..., 1] to [..., classes].
 * Throws: LABEL_OUT_OF_RANGE, OPTION_INVALID; DATA_INVALID for no labels at all without `classes`, and for ragged arrays.
 * Source: keras.utils.to_categorical.
 *
 * @example
 * toCategorical([0, 2], 3).array(); // [[1, 0, 0], [0, 0, 1]]
 */
export function toCategorical(labels: Labels, classes?: number): HostTensor {
  const { data, shape } = read(labels);
  const kept = shape.length > 1 && shape[shape.length - 1] === 1 ? shape.slice(0, -1) : shape;
  const width = classes ?? largest(data) + 1;
  if (!Number.isSafeInteger(width) || width < 0)
    throw optionInvalid(subject, 'classes', 'a natural number', width);
  if (data.length * width > 2 ** 31)
    throw optionInvalid(
      subject,
      'classes',
      `at most ${Math.floor(2 ** 31 / data.length)} for ${data.length} labels`,
      `${width}: use sparse_categorical_crossentropy, which takes labels as they are`,
    );
  const result = new Float32Array(data.length * width);
  for (let i = 0; i < data.length; i++) {
    const label = checkLabel(data[i]!, i);
    if (label >= width)
      throw labelOutOfRange(
        subject,
        `expected labels from 0 to ${width - 1} for ${width} classes, got ${label} at position ${i}`,
        `pass ${largest(data) + 1} classes or more, or correct the labels`,
      );
    result[i * width + label] = 1;
  }
  return new HostTensor(result, [...kept, width]);
}

function largest(data: ArrayLike<number>): number {
  if (data.length === 0)
    throw dataInvalid(
      subject,
      'there are no labels to count the classes by',
      'pass the number of classes as the second argument',
    );
  let found = 0;
  for (let i = 0; i < data.length; i++) found = Math.max(found, checkLabel(data[i]!, i));
  return found;
}

function checkLabel(label: number, position: number): number {
  if (Number.isSafeInteger(label) && label >= 0) return label;
  throw labelOutOfRange(
    subject,
    `expected natural numbers as labels, got ${label} at position ${position}`,
    'number the classes from 0',
  );
}

function read(labels: Labels): { readonly data: ArrayLike<number>; readonly shape: Shape } {
  if (isHostTensor(labels)) return { data: numbersOf(labels.data, labels.dtype), shape: labels.shape };
  if (ArrayBuffer.isView(labels)) {
    const data = labels as unknown as ArrayLike<number>;
    return { data, shape: [data.length] };
  }
  const shape = nestedShape(labels, subject);
  const data: number[] = [];
  flatten(labels, shape, 0, data);
  return { data, shape };
}

function flatten(item: unknown, shape: Shape, axis: number, data: number[]): void {
  if (axis === shape.length) {
    if (typeof item !== 'number')
      throw dataInvalid(
        subject,
        `expected a number at position ${data.length}, got ${item === null ? 'null' : typeof item}`,
        'pass labels as numbers, in rows of equal length',
      );
    data.push(item);
    return;
  }
  if (!Array.isArray(item) || item.length !== shape[axis])
    throw dataInvalid(
      subject,
      `expected a list of ${shape[axis]}, got ${Array.isArray(item) ? `one of ${item.length}` : typeof item}`,
      'make all rows equally long',
    );
  for (const child of item) flatten(child, shape, axis + 1, data);
}
