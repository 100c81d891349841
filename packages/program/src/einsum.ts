// NumPy's einsum as matrix products, sums and transposes: implicit outputs, ellipses, repeated letters, any number of operands.
import * as tf from '@tensorflow/tfjs-core';
import { unitVectors } from './unit-vectors.js';

/** A tensor and the letter of each of its axes. */
interface Labelled {
  readonly tensor: tf.Tensor;
  readonly axes: readonly string[];
}

/** Throws: Error for subscripts that do not fit the tensors. Source: numpy.einsum. */
export function einsum(subscripts: string, tensors: readonly tf.Tensor[]): tf.Tensor {
  const { operands, output } = labelled(subscripts.replaceAll(' ', ''), tensors);
  const result = operands.reduce((left, right, i) => {
    const later = operands.slice(i + 1).flatMap(({ axes }) => axes);
    return product(left, right, new Set([...output, ...later]));
  });
  return aligned(reduced(result, new Set(output)), output);
}

/** The letters of all axes; those under an ellipsis are numbers from the last axis backwards, so that they broadcast. */
function labelled(
  subscripts: string,
  tensors: readonly tf.Tensor[],
): { operands: Labelled[]; output: readonly string[] } {
  const [left = '', right] = subscripts.split('->');
  const terms = left.split(',');
  if (terms.length !== tensors.length)
    throw new Error(`einsum "${subscripts}" takes ${terms.length} tensors, not ${tensors.length}`);
  const expanded = terms.map((term, i) => expand(term, tensors[i]!.rank, subscripts));
  const widest = expanded
    .map((axes) => axes.filter(isNumber))
    .reduce((a, b) => (b.length > a.length ? b : a), []);
  const letters = expanded.flat().filter((axis) => !isNumber(axis));
  const once = [...new Set(letters)].filter(
    (letter) => letters.indexOf(letter) === letters.lastIndexOf(letter),
  );
  const output =
    right === undefined
      ? [...widest, ...once.sort()]
      : expand(right, right.replace('...', '').length + widest.length, subscripts);
  const known = new Set(expanded.flat());
  if (output.some((axis) => !known.has(axis)) || new Set(output).size !== output.length)
    throw new Error(`einsum "${subscripts}" gives axes that its operands do not have, or one twice`);
  return { operands: expanded.map((axes, i) => diagonal({ tensor: tensors[i]!, axes })), output };
}

const isNumber = (axis: string): boolean => /^\d+$/.test(axis);

function expand(term: string, rank: number, subscripts: string): string[] {
  if (!/^[A-Za-z]*(\.\.\.)?[A-Za-z]*$/.test(term)) throw new Error(`einsum cannot read "${subscripts}"`);
  const [before = '', after] = term.split('...');
  const hidden = after === undefined ? 0 : rank - before.length - after.length;
  if (hidden < 0 || before.length + (after?.length ?? 0) + hidden !== rank)
    throw new Error(`einsum "${subscripts}" does not fit a tensor of rank ${rank}`);
  return [...before, ...Array.from({ length: hidden }, (_, i) => String(hidden - 1 - i)), ...(after ?? '')];
}

/** An operand whose letters differ: of axes that share one, the diagonal. */
function diagonal({ tensor, axes }: Labelled): Labelled {
  const again = axes.findIndex((axis, i) => axes.indexOf(axis) < i);
  if (again < 0) return { tensor, axes };
  const first = axes.indexOf(axes[again]!);
  const others = axes.map((_, i) => i).filter((i) => i !== first && i !== again);
  const size = tensor.shape[again]!;
  const rest = others.map((i) => tensor.shape[i]!);
  const square = tf.reshape(tf.transpose(tensor, [...others, first, again]), [...rest, size, size]);
  const kept = tf.sum(tf.mul(square, unitVectors(size)), -1);
  return diagonal({
    tensor: tf.cast(kept, tensor.dtype),
    axes: [...others.map((i) => axes[i]!), axes[first]!],
  });
}

/** Without the axes that are not `kept`: summed. */
function reduced({ tensor, axes }: Labelled, kept: ReadonlySet<string>): Labelled {
  const gone = axes.flatMap((axis, i) => (kept.has(axis) ? [] : [i]));
  return gone.length === 0
    ? { tensor, axes }
    : { tensor: tf.sum(tensor, gone), axes: axes.filter((axis) => kept.has(axis)) };
}

/** The axes in this order. */
function aligned({ tensor, axes }: Labelled, order: readonly string[]): tf.Tensor {
  const places = order.map((axis) => axes.indexOf(axis));
  return places.every((place, i) => place === i) ? tensor : tf.transpose(tensor, places);
}

/** The product of two, summed over what neither `kept` nor the other has: one product of matrices. */
function product(a: Labelled, b: Labelled, kept: ReadonlySet<string>): Labelled {
  const left = reduced(broadcastable(a, b), new Set([...kept, ...b.axes]));
  const right = reduced(broadcastable(b, a), new Set([...kept, ...a.axes]));
  const shared = left.axes.filter((axis) => right.axes.includes(axis));
  const batch = shared.filter((axis) => kept.has(axis));
  const summed = shared.filter((axis) => !kept.has(axis));
  const rows = left.axes.filter((axis) => !shared.includes(axis));
  const columns = right.axes.filter((axis) => !shared.includes(axis));
  const sizes = (from: Labelled, axes: readonly string[]): number[] =>
    axes.map((axis) => from.tensor.shape[from.axes.indexOf(axis)]!);
  const size = (list: readonly number[]): number => list.reduce((all, one) => all * one, 1);
  const [m, k, n] = [size(sizes(left, rows)), size(sizes(left, summed)), size(sizes(right, columns))];
  const outer = sizes(left, batch);
  const matrices = tf.matMul(
    tf.reshape(aligned(left, [...batch, ...rows, ...summed]), [...outer, m, k]),
    tf.reshape(aligned(right, [...batch, ...summed, ...columns]), [...outer, k, n]),
  );
  const shape = [...outer, ...sizes(left, rows), ...sizes(right, columns)];
  return { tensor: tf.reshape(matrices, shape), axes: [...batch, ...rows, ...columns] };
}

/** Without axes of size 1 that the other has in full: they broadcast. */
function broadcastable({ tensor, axes }: Labelled, other: Labelled): Labelled {
  const single = axes.flatMap((axis, i) => {
    const place = other.axes.indexOf(axis);
    return tensor.shape[i] === 1 && place >= 0 && other.tensor.shape[place] !== 1 ? [i] : [];
  });
  return single.length === 0
    ? { tensor, axes }
    : { tensor: tf.squeeze(tensor, single), axes: axes.filter((_, i) => !single.includes(i)) };
}
