// SimpleRNN: a state that is fed back at each step.
import { seedOption, withOptions, type CallContext } from '@lamella/core';
import type { Tree } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { cellOf, loopOptions } from './cell-of-options.js';
import { cellOptions } from './gated-cell.js';
import { Recurrent } from './recurrent.js';
import { SimpleRNNCell } from './simple-rnn-cell.js';

const options = {
  ...cellOptions,
  ...loopOptions,
  /** For what is dropped. Default null, the model's. Keras writes none for this layer. */
  seed: { ...seedOption(), write: (kept: number | null) => kept ?? undefined },
} as const;

/** The options of {@link SimpleRNN}. */
export type SimpleRNNOptions = OptionsFor<typeof options>;

/**
 * activation(x · kernel + bias + state · recurrent_kernel) over time. Source: keras.layers.SimpleRNN.
 * Shapes: [batch, steps, features] to [batch, units], or to [batch, steps, units] with `returnSequences`; with `returnState` a list
 * of that and the last state.
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * simpleRNN({ units: 4 }).apply(input({ shape: [12, 8] })).shape; // [null, 4]
 */
export class SimpleRNN<Out extends Tree<tf.Tensor> = tf.Tensor> extends withOptions(Recurrent, options) {
  static readonly className = 'SimpleRNN';
  readonly cell: SimpleRNNCell;

  constructor(given: SimpleRNNOptions) {
    super(given);
    this.cell = this.addLayer('cell', cellOf(SimpleRNNCell, this, given, 'simple_rnn_cell'));
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): Out {
    return this.overTime(inputs, context) as Out;
  }
}

/** Makes a {@link SimpleRNN}. */
export function simpleRNN(
  given: SimpleRNNOptions & { readonly returnState: true },
): SimpleRNN<[output: tf.Tensor, state: tf.Tensor]>;
export function simpleRNN(given: SimpleRNNOptions): SimpleRNN;
export function simpleRNN(given: SimpleRNNOptions): SimpleRNN<Tree<tf.Tensor>> {
  return new SimpleRNN(given);
}
