// SimpleRNNCell: one step of a SimpleRNN.
import type { CallContext } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { type cellOptions, GatedCell } from './gated-cell.js';

/** The options of {@link SimpleRNNCell}. */
export type SimpleRNNCellOptions = OptionsFor<typeof cellOptions>;

/**
 * activation(x · kernel + bias + state · recurrent_kernel). Source: keras.layers.SimpleRNNCell.
 * Shapes: [batch, features], and one state [batch, units], to [batch, units], and the next state.
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const [y, [h]] = simpleRNNCell({ units: 4 }).apply(input({ shape: [3] }), { states: [input({ shape: [4] })] });
 * y.shape; // [null, 4]
 */
export class SimpleRNNCell extends GatedCell {
  static readonly className = 'SimpleRNNCell';
  protected readonly gates = 1;

  get stateSize(): number {
    return this.units;
  }

  protected override step(
    x: tf.Tensor,
    [before]: readonly tf.Tensor[],
    drops: readonly tf.Tensor[],
    context: CallContext,
  ): readonly tf.Tensor[] {
    const biased = this.bias === undefined ? x : tf.add(x, this.bias.read());
    const recurrent = this.project(before!, this.recurrentKernel.read(), drops);
    return [this.activation.apply(tf.add(biased, recurrent), context)];
  }
}

/** Makes a {@link SimpleRNNCell}. */
export function simpleRNNCell(given: SimpleRNNCellOptions): SimpleRNNCell {
  return new SimpleRNNCell(given);
}
