// Rows of length 1, with the semantics of keras.utils.normalize.
import { optionInvalid } from '@lamella/core';
import { HostTensor, numbersOf, sizeOf } from '@lamella/program';
import { toTensor, type ArrayLikeData } from './to-tensor.js';

const subject = 'normalize()';

/**
 * The values divided by their norm along `axis`; those whose norm is 0 stay. `order` is that of the norm: 2 is the length, 1 the
 * sum of absolute values, Infinity the largest of them. Shapes: any to the same. Throws: OPTION_INVALID, DATA_INVALID.
 * Source: keras.utils.normalize.
 *
 * @example
 * normalize([[3, 4], [0, 0]]).array(); // about [[0.6, 0.8], [0, 0]]
 */
export function normalize(data: ArrayLikeData, axis = -1, order = 2): HostTensor<'float32'> {
  const { data: values, shape, dtype } = toTensor(subject, 'data', data);
  const along = axis < 0 ? axis + shape.length : axis;
  if (!Number.isInteger(axis) || along < 0 || along >= shape.length)
    throw optionInvalid(subject, 'axis', `an axis of ${shape.length}`, axis);
  if (!(order > 0)) throw optionInvalid(subject, 'order', 'a positive number or Infinity', order);
  const numbers = Float64Array.from(numbersOf(values, dtype));
  const [count, inner] = [shape[along]!, sizeOf(shape.slice(along + 1))];
  const normalized = new Float32Array(numbers.length);
  for (let start = 0; start < numbers.length; start++) {
    // Each first place along the axis.
    if (Math.floor(start / inner) % count !== 0) continue;
    const places = Array.from({ length: count }, (_, i) => start + i * inner);
    const norm = normOf(
      places.map((place) => Math.abs(numbers[place]!)),
      order,
    );
    for (const place of places) normalized[place] = numbers[place]! / (norm === 0 ? 1 : norm);
  }
  return new HostTensor(normalized, shape, 'float32');
}

function normOf(values: readonly number[], order: number): number {
  if (order === Infinity) return values.reduce((most, value) => Math.max(most, value), 0);
  return values.reduce((sum, value) => sum + value ** order, 0) ** (1 / order);
}
