// LSTM: a long short-term memory over time.
import { withOptions, type CallContext } from '@lamella/core';
import type { Tree } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { cellOf, cudnnOption, loopOptions } from './cell-of-options.js';
import { lstmCellOptions } from './gated-cell.js';
import { LSTMCell } from './lstm-cell.js';
import { Recurrent } from './recurrent.js';

const options = { ...lstmCellOptions, ...loopOptions, ...cudnnOption } as const;

/** The options of {@link LSTM}. */
export type LSTMOptions = OptionsFor<typeof options>;

/**
 * A long short-term memory. Source: Hochreiter and Schmidhuber (1997), keras.layers.LSTM.
 * Shapes: [batch, steps, features] to [batch, units], or to [batch, steps, units] with `returnSequences`; with `returnState` a list
 * of that and the two last states.
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const words = input({ shape: [12, 8] });
 * const [sequence, h, c] = lstm({ units: 4, returnSequences: true, returnState: true }).apply(words);
 * lstm({ units: 4 }).apply(sequence, { initialState: [h, c] }).shape; // [null, 4]
 */
export class LSTM<Out extends Tree<tf.Tensor> = tf.Tensor> extends withOptions(Recurrent, options) {
  static readonly className = 'LSTM';
  readonly cell: LSTMCell;

  constructor(given: LSTMOptions) {
    super(given);
    this.cell = this.addLayer('cell', cellOf(LSTMCell, this, given, 'lstm_cell'));
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): Out {
    return this.overTime(inputs, context) as Out;
  }
}

/** Makes an {@link LSTM}. */
export function lstm(
  given: LSTMOptions & { readonly returnState: true },
): LSTM<[output: tf.Tensor, h: tf.Tensor, c: tf.Tensor]>;
export function lstm(given: LSTMOptions): LSTM;
export function lstm(given: LSTMOptions): LSTM<Tree<tf.Tensor>> {
  return new LSTM(given);
}
