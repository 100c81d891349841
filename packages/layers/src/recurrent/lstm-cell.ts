// LSTMCell: one step of an LSTM.
import { withOptions, type CallContext, type Layer, type WeightSpec } from '@lamella/core';
import { HostTensor } from '@lamella/program';
import * as tf from '@tensorflow/tfjs-core';
import { ones } from '../initializers/index.js';
import type { OptionsFor } from '../options/declarations.js';
import { weightSpec } from '../options/weight-declarations.js';
import { GatedCell, lstmCellOptions } from './gated-cell.js';

/** The options of {@link LSTMCell}. */
export type LSTMCellOptions = OptionsFor<typeof lstmCellOptions>;

/**
 * One step of a long short-term memory: gates for what comes in, what is forgotten and what goes out, in Keras' order i, f, c, o.
 * Source: Hochreiter and Schmidhuber (1997), keras.layers.LSTMCell.
 * Shapes: [batch, features], and two states [batch, units], to [batch, units], and the next states.
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * const state = () => input({ shape: [4] });
 * const [y, [h, c]] = lstmCell({ units: 4 }).apply(input({ shape: [3] }), { states: [state(), state()] });
 * y.shape; // [null, 4]
 */
export class LSTMCell extends withOptions(GatedCell, lstmCellOptions) {
  static readonly className: string = 'LSTMCell';
  protected readonly gates = 4;

  get stateSize(): readonly number[] {
    return [this.units, this.units];
  }

  override get sublayers(): readonly Layer[] {
    const { layer } = this.recurrentActivation;
    return layer === null ? super.sublayers : [...super.sublayers, layer];
  }

  protected override biasSpec(width: number): WeightSpec {
    const spec = weightSpec(this, 'bias', [width]);
    if (!this.unitForgetBias) return spec;
    const { units } = this;
    const initialize: WeightSpec['initializer']['initialize'] = (shape, dtype, key) => {
      const bias = HostTensor.zeros(shape, dtype);
      const part = (from: number, count: number, initializer = spec.initializer): void =>
        bias.data.set(
          initializer.initialize([count], dtype, { ...key, stream: `${key.stream}[${from}]` })
            .data as Float32Array,
          from,
        );
      part(0, units);
      part(units, units, ones());
      part(2 * units, 2 * units);
      return bias;
    };
    return { ...spec, initializer: { initialize } as WeightSpec['initializer'] };
  }

  protected override step(
    x: tf.Tensor,
    [before, memory]: readonly tf.Tensor[],
    drops: readonly tf.Tensor[],
    context: CallContext,
  ): readonly tf.Tensor[] {
    const biased = this.bias === undefined ? x : tf.add(x, this.bias.read());
    const sums = tf.add(biased, this.project(before!, this.recurrentKernel.read(), drops));
    const [i, f, c, o] = tf.split(sums, 4, sums.rank - 1);
    const gate = (sum: tf.Tensor): tf.Tensor => this.recurrentActivation.apply(sum, context);
    const bent = (sum: tf.Tensor): tf.Tensor => this.activation.apply(sum, context);
    const next = tf.add(tf.mul(gate(f!), memory!), tf.mul(gate(i!), bent(c!)));
    return [tf.mul(gate(o!), bent(next)), next];
  }
}

/** Makes an {@link LSTMCell}. */
export function lstmCell(given: LSTMCellOptions): LSTMCell {
  return new LSTMCell(given);
}
