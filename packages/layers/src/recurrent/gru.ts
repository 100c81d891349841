// GRU: a gated recurrent unit over time.
import { withOptions, type CallContext } from '@lamella/core';
import type { Tree } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { cellOf, cudnnOption, loopOptions } from './cell-of-options.js';
import { gruCellOptions } from './gated-cell.js';
import { GRUCell } from './gru-cell.js';
import { Recurrent } from './recurrent.js';

const options = { ...gruCellOptions, ...loopOptions, ...cudnnOption } as const;

/** The options of {@link GRU}. */
export type GRUOptions = OptionsFor<typeof options>;

/**
 * A gated recurrent unit. Source: Cho and others (2014), keras.layers.GRU.
 * Shapes: [batch, steps, features] to [batch, units], or to [batch, steps, units] with `returnSequences`; with `returnState` a list
 * of that and the last state.
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const all = gru({ units: 4, returnSequences: true }).apply(input({ shape: [12, 8] }));
 * all.shape; // [null, 12, 4]
 */
export class GRU<Out extends Tree<tf.Tensor> = tf.Tensor> extends withOptions(Recurrent, options) {
  static readonly className = 'GRU';
  readonly cell: GRUCell;

  constructor(given: GRUOptions) {
    super(given);
    this.cell = this.addLayer('cell', cellOf(GRUCell, this, given, 'gru_cell'));
  }

  override call(inputs: tf.Tensor | tf.Tensor[], context: CallContext): Out {
    return this.overTime(inputs, context) as Out;
  }
}

/** Makes a {@link GRU}. */
export function gru(
  given: GRUOptions & { readonly returnState: true },
): GRU<[output: tf.Tensor, state: tf.Tensor]>;
export function gru(given: GRUOptions): GRU;
export function gru(given: GRUOptions): GRU<Tree<tf.Tensor>> {
  return new GRU(given);
}
