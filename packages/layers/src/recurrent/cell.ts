// The contract of cells: layers that compute one step of a sequence, from an element and the states before it. What runs them
// over time is recurrent.ts.
import type { CallContext, Layer, Mask } from '@lamella/core';
import { formatShape, mapTree, shapeMismatch, type Shape, type Tree } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';

/** How many values a state has; a list for several states. */
export type StateSize = number | readonly StateSize[];

/**
 * A layer that computes one step. Its class lists `states` in `callArguments`; `call` finds the list of them in `context.args`
 * and gives the output and the next states, nested alike. Source: cells of keras.layers.RNN.
 *
 * @example
 * import * as tf from '@tensorflow/tfjs-core';
 * import { Layer, type CallContext } from '@lamella/core';
 * import { rnn } from '@lamella/layers';
 *
 * class Total extends Layer {
 *   static readonly className = 'acme>Total';
 *   static readonly callArguments = ['states'];
 *   readonly stateSize = 3;
 *   override call(x: tf.Tensor, { args }: CallContext): [tf.Tensor, tf.Tensor[]] {
 *     const [total] = args['states'] as tf.Tensor[];
 *     const next = tf.add(total!, x);
 *     return [next, [next]];
 *   }
 * }
 * rnn({ cell: new Total() }).apply(input({ shape: [7, 3] })).shape; // [null, 3]
 */
export interface RecurrentCell extends Layer {
  readonly stateSize: StateSize;
  /** How many values come out; by default as many as the first state has. */
  readonly outputSize?: number;
  /** The states before the first step; by default zeros. */
  getInitialState?(batchSize: number): Tree<tf.Tensor>;
  call(x: tf.Tensor, context: CallContext): readonly [output: tf.Tensor, states: Tree<tf.Tensor>];
  /** Whether its output is its first state, which then need not be carried twice. */
  readonly givesState?: boolean;
  /** Runs all steps over inputs of this shape, with what it draws once for all of them. */
  forAllSteps?<T>(inputShape: Shape, isTraining: boolean, run: () => T): T;
}

/** Whether a layer is a cell. */
export function isCell(value: unknown): value is RecurrentCell {
  return typeof value === 'object' && value !== null && 'stateSize' in value;
}

/** How many values a cell puts out. */
export function outputSizeOf({ outputSize, stateSize }: RecurrentCell): number {
  const first = (size: StateSize): number => (typeof size === 'number' ? size : first(size[0] ?? 0));
  return outputSize ?? first(stateSize);
}

/** The states of a cell before the first step, as a list. */
export function initialStatesOf(cell: RecurrentCell, batchSize: number): readonly Tree<tf.Tensor>[] {
  const states =
    cell.getInitialState?.(batchSize) ??
    mapTree<number, tf.Tensor>(cell.stateSize, (size) => tf.fill([batchSize, size], 0));
  return asList(states);
}

/** States as a list: one alone becomes a list of one. */
export function asList(states: Tree<tf.Tensor>): readonly Tree<tf.Tensor>[] {
  return Array.isArray(states) ? (states as readonly Tree<tf.Tensor>[]) : [states];
}

/** The first state, of the last cell where cells are stacked. */
export function firstState(states: readonly Tree<tf.Tensor>[]): tf.Tensor {
  const last = Array.isArray(states[0]) ? (states.at(-1) as readonly Tree<tf.Tensor>[]) : states;
  return last[0] as tf.Tensor;
}

/** The mask that a call is to heed. As in Keras, one that came along is passed over where the call is given states, too. */
export function heededMask({ mask, masksCameAlong, args }: CallContext): Mask {
  return masksCameAlong && (args['initialState'] ?? null) !== null ? null : mask;
}

/** Throws: SHAPE_MISMATCH where a state has not the shape that it needs. */
export function checkState(subject: string, index: number, given: tf.Tensor, expected: Shape): void {
  if (given.rank === expected.length && given.shape.every((size, axis) => size === expected[axis])) return;
  throw shapeMismatch(
    subject,
    `initialState: expected state ${index} of shape ${formatShape(expected)}, got ${formatShape(given.shape)}`,
    'give a state for each sequence of the batch, as large as the cell says',
  );
}
