// RNN: any cell over time.
import { isLayer, option, optionInvalid, withOptions, type CallContext } from '@lamella/core';
import type { Tree } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { isCell, type RecurrentCell } from './cell.js';
import { Recurrent, type recurrentOptions } from './recurrent.js';
import { StackedRNNCells } from './stacked-rnn-cells.js';

const options = {
  /** What computes a step: a cell of this package, or a layer of one's own; see {@link RecurrentCell}. A list of them is stacked. */
  cell: option<RecurrentCell | readonly RecurrentCell[], RecurrentCell>({
    check: (subject, name, given) => {
      if (Array.isArray(given)) return new StackedRNNCells({ cells: given as RecurrentCell[] });
      if (isLayer(given) && isCell(given)) return given;
      throw optionInvalid(subject, name, 'a layer with a stateSize', given);
    },
  }),
} as const;

/** The options of {@link RNN}. */
export type RNNOptions = OptionsFor<typeof options & typeof recurrentOptions>;

/**
 * Runs a cell over time. Source: keras.layers.RNN.
 * Shapes: [batch, steps, ...] to what the cell puts out at the last step, or at each; with `returnState` a list of that and the
 * last states.
 * Throws: OPTION_INVALID, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const last = rnn({ cell: lstmCell({ units: 4 }) }).apply(input({ shape: [10, 3] }));
 * last.shape; // [null, 4]
 */
export class RNN<Out extends Tree<tf.Tensor> = tf.Tensor> extends withOptions(Recurrent, options) {
  static readonly className = 'RNN';

  constructor(given: RNNOptions) {
    super(given);
    this.addLayer('cell', kept(this));
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): Out {
    return this.overTime(inputs, context) as Out;
  }
}

/** The cell that the options keep. */
function kept({ cell }: { readonly cell: RecurrentCell }): RecurrentCell {
  return cell;
}

/** Makes an {@link RNN}. */
export function rnn(
  given: RNNOptions & { readonly returnState: true },
): RNN<[output: tf.Tensor, ...states: Tree<tf.Tensor>[]]>;
export function rnn(given: RNNOptions): RNN;
export function rnn(given: RNNOptions): RNN<Tree<tf.Tensor>> {
  return new RNN(given);
}
