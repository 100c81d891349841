// Which weights of two layers differ, and by how much.
import type { Layer } from '@lamella/core';
import { formatShape, numbersOf, type AnyHostTensor } from '@lamella/program';
import type { WeightDifference } from './model-differences.js';

/** The weights of two layers of one class are compared by their places; `prefix` is the path of the model that they stand in. */
export async function diffWeights(before: Layer, after: Layer, prefix: string): Promise<WeightDifference[]> {
  const [a, b] = [await before.getWeights(), await after.getWeights()];
  const owner = a.length >= b.length ? before : after;
  return owner.weights.flatMap(({ name }, i): WeightDifference[] => {
    const [first, second] = [a[i], b[i]];
    const weight = `${prefix}${name}`;
    const types = { weight, before: first && typeOf(first), after: second && typeOf(second) };
    if (first === undefined || second === undefined || types.before !== types.after) {
      const count = (second ?? first)!.size;
      return [{ ...types, count, different: count, largest: NaN }];
    }
    const { different, largest } = compare(first, second);
    return different === 0 ? [] : [{ ...types, count: first.size, different, largest }];
  });
}

function typeOf({ dtype, shape }: AnyHostTensor): string {
  return `${dtype}${formatShape(shape)}`;
}

function compare(a: AnyHostTensor, b: AnyHostTensor): { different: number; largest: number } {
  const [x, y] = [numbersOf(a.data, a.dtype), numbersOf(b.data, b.dtype)];
  let [different, largest] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    const [p, q] = [x[i]!, y[i]!];
    if (p === q || (Number.isNaN(p) && Number.isNaN(q))) continue;
    different++;
    const by = Math.abs(p - q);
    largest = Math.max(largest, Number.isNaN(by) ? Infinity : by);
  }
  return { different, largest };
}
