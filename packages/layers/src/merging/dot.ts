// Dot: products of two inputs, summed along an axis of each.
import * as tf from '@tensorflow/tfjs-core';
import {
  booleanOption,
  inputInvalid,
  Layer,
  option,
  optionInvalid,
  rankMismatch,
  withOptions,
} from '@lamella/core';
import { formatShape, isShape, shapeMismatch, sizeOf, type SymbolicShape, type Tree } from '@lamella/program';
import { axisOf } from '../options/axes.js';
import type { OptionsFor } from '../options/declarations.js';
import { floatTensor } from '../options/single-input.js';
import { unitLength } from '../unit-length.js';
import { notAList } from './merge.js';

const options = {
  /** The axis to sum along: the same for both inputs, or one each. Not the batch. */
  axes: option<number | readonly number[]>({
    check: (subject, name, given) => {
      const isPair = Array.isArray(given) && given.length === 2 && given.every(Number.isSafeInteger);
      if (isPair) return [...(given as readonly number[])];
      if (Number.isSafeInteger(given)) return given as number;
      throw optionInvalid(subject, name, 'an integer or two of them', given);
    },
  }),
  /** Whether both are first brought to length 1 along it, which gives cosines. Default false. */
  normalize: booleanOption(false),
};

/** The options of {@link Dot}. */
export type DotOptions = OptionsFor<typeof options>;

/**
 * The dot product of two tensors, example by example. Source: keras.layers.Dot.
 * Shapes: [batch, a, n] and [batch, n, b] with `axes: [2, 1]` to [batch, a, b]; two vectors to [batch, 1].
 * Throws: OPTION_INVALID, INPUT_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const [a, b] = [input({ shape: [4] }), input({ shape: [4] })];
 * dot({ axes: 1 }).apply([a, b]).shape; // [null, 1]
 */
export class Dot extends withOptions(Layer, options) {
  static readonly className = 'Dot';

  override get supportsMasking(): boolean {
    return true;
  }

  override build(inputShape: Tree<SymbolicShape>): void {
    if (isShape(inputShape) || !Array.isArray(inputShape)) throw notAList(this.label);
    this.axesFor(inputShape as readonly SymbolicShape[]);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    if (!Array.isArray(inputs)) throw notAList(this.label);
    const [first, second] = this.axesFor(inputs.map((x) => x.shape));
    const [a, b] = inputs
      .map(floatTensor)
      .map((x, i) => (this.normalize ? unitLength(x, i === 0 ? first : second) : x)) as [
      tf.Tensor,
      tf.Tensor,
    ];
    // As matrices: [batch, the rest of a, n] times [batch, n, the rest of b].
    const restA = a.shape.filter((_, i) => i !== 0 && i !== first);
    const restB = b.shape.filter((_, i) => i !== 0 && i !== second);
    const size = a.shape[first]!;
    const left = tf.reshape(axisTo(a, first, a.rank - 1), [-1, sizeOf(restA), size]);
    const right = tf.reshape(axisTo(b, second, 1), [-1, size, sizeOf(restB)]);
    const rest = [...restA, ...restB];
    return tf.reshape(tf.matMul(left, right), [-1, ...(rest.length === 0 ? [1] : rest)]);
  }

  /** Sums have no mask. */
  override computeMask(): null {
    return null;
  }

  private axesFor(shapes: readonly SymbolicShape[]): [number, number] {
    const [a, b] = shapes;
    if (a === undefined || b === undefined || shapes.length !== 2)
      throw inputInvalid(this.label, `expected a list of 2 tensors, got ${shapes.length}`);
    for (const shape of [a, b]) if (shape.length < 2) throw rankMismatch(this.label, 'rank 2 or more', shape);
    const [p, q] =
      typeof this.axes === 'number' ? [this.axes, this.axes] : (this.axes as readonly [number, number]);
    const first = axisOf(this.label, 'axes', p, a);
    const second = axisOf(this.label, 'axes', q, b);
    if (first === 0 || second === 0)
      throw optionInvalid(this.label, 'axes', 'axes other than the batch', this.axes);
    const [n, m] = [a[first], b[second]];
    if (n !== m && n !== null && m !== null) {
      throw shapeMismatch(
        this.label,
        `expected equal sizes on axes ${first} and ${second}, got ${n} and ${m} (inputs ${formatShape(a)} and ${formatShape(b)})`,
        'choose other axes',
      );
    }
    const [batchA, batchB] = [a[0] ?? null, b[0] ?? null];
    if (batchA !== batchB && batchA !== null && batchB !== null) {
      throw shapeMismatch(
        this.label,
        `expected inputs of one batch size, got ${formatShape(a)} and ${formatShape(b)}`,
      );
    }
    return [first, second];
  }
}

function axisTo(x: tf.Tensor, from: number, to: number): tf.Tensor {
  if (from === to) return x;
  const order = x.shape.map((_, i) => i).filter((i) => i !== from);
  order.splice(to, 0, from);
  return tf.transpose(x, order);
}

/** Makes a {@link Dot}. */
export function dot(given: DotOptions): Dot {
  return new Dot(given);
}
