// GRUCell: one step of a GRU.
import { withOptions, type CallContext, type Layer, type WeightSpec } from '@lamella/core';
import * as tf from '@tensorflow/tfjs-core';
import type { OptionsFor } from '../options/declarations.js';
import { weightSpec } from '../options/weight-declarations.js';
import { GatedCell, gruCellOptions } from './gated-cell.js';

/** The options of {@link GRUCell}. */
export type GRUCellOptions = OptionsFor<typeof gruCellOptions>;

/**
 * One step of a gated recurrent unit: gates for what is updated and what is reset, in Keras' order z, r, h.
 * Source: Cho and others (2014), keras.layers.GRUCell.
 * Shapes: [batch, features], and one state [batch, units], to [batch, units], and the next state.
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const [y, [h]] = gruCell({ units: 4 }).apply(input({ shape: [3] }), { states: [input({ shape: [4] })] });
 * y.shape; // [null, 4]
 */
export class GRUCell extends withOptions(GatedCell, gruCellOptions) {
  static readonly className = 'GRUCell';
  protected readonly gates = 3;

  get stateSize(): number {
    return this.units;
  }

  override get sublayers(): readonly Layer[] {
    const { layer } = this.recurrentActivation;
    return layer === null ? super.sublayers : [...super.sublayers, layer];
  }

  protected override biasSpec(width: number): WeightSpec {
    return weightSpec(this, 'bias', this.resetAfter ? [2, width] : [width]);
  }

  protected override step(
    x: tf.Tensor,
    [before]: readonly tf.Tensor[],
    drops: readonly tf.Tensor[],
    context: CallContext,
  ): readonly tf.Tensor[] {
    const h = before!;
    const kernel = this.recurrentKernel.read();
    const { units } = this;
    const gate = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
      this.recurrentActivation.apply(tf.add(a, b), context);
    const mixed = (update: tf.Tensor, candidate: tf.Tensor): readonly tf.Tensor[] => {
      const bent = this.activation.apply(candidate, context);
      return [tf.add(bent, tf.mul(update, tf.sub(h, bent)))];
    };
    if (this.resetAfter) {
      const [inputBias, recurrentBias] = this.bias === undefined ? [] : tf.unstack(this.bias.read());
      const biased = (sum: tf.Tensor, bias: tf.Tensor | undefined): tf.Tensor[] =>
        tf.split(bias === undefined ? sum : tf.add(sum, bias), 3, 1);
      const [xz, xr, xh] = biased(x, inputBias);
      const [hz, hr, hh] = biased(this.project(h, kernel, drops), recurrentBias);
      const reset = gate(xr!, hr!);
      return mixed(gate(xz!, hz!), tf.add(xh!, tf.mul(reset, hh!)));
    }
    const biased = this.bias === undefined ? x : tf.add(x, this.bias.read());
    const [xz, xr, xh] = tf.split(biased, 3, 1);
    const [gates, candidate] = tf.split(kernel, [2 * units, units], 1);
    const [hz, hr] = tf.split(this.project(h, gates!, drops.slice(0, 2)), 2, 1);
    const reset = tf.mul(gate(xr!, hr!), h);
    return mixed(gate(xz!, hz!), tf.add(xh!, this.project(reset, candidate!, drops.slice(2))));
  }
}

/** Makes a {@link GRUCell}. */
export function gruCell(given: GRUCellOptions): GRUCell {
  return new GRUCell(given);
}
