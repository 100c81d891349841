// ConvLSTM1D: an LSTM over time whose products are convolutions over sequences.
import type { Tree } from '@lamella/program';
import type * as tf from '@tensorflow/tfjs-core';
import { ConvLSTM, type ConvLSTMOptions } from './conv-lstm.js';

/** The options of {@link ConvLSTM1D}. */
export type ConvLSTM1DOptions = ConvLSTMOptions;

/**
 * A long short-term memory of sequences. Source: Shi et al. (2015), keras.layers.ConvLSTM1D.
 * Shapes: [batch, steps, length, channels] to the last step's sequences of `filters` channels, or to those of each step with `returnSequences`; with
 * `returnState` a list of that and the two last states.
 * Throws: OPTION_INVALID, IDENTIFIER_UNKNOWN, RANK_MISMATCH, SHAPE_MISMATCH.
 *
 * @example
 * convLSTM1D({ filters: 4, kernelSize: 2 }).apply(input({ shape: [6, 8, 3] })).shape; // [null, 7, 4]
 */
export class ConvLSTM1D<Out extends Tree<tf.Tensor> = tf.Tensor> extends ConvLSTM<Out> {
  static readonly className = 'ConvLSTM1D';

  override get dimensions(): 1 {
    return 1;
  }
}

/** Makes a {@link ConvLSTM1D}. */
export function convLSTM1D(
  given: ConvLSTM1DOptions & { readonly returnState: true },
): ConvLSTM1D<[output: tf.Tensor, h: tf.Tensor, c: tf.Tensor]>;
export function convLSTM1D(given: ConvLSTM1DOptions): ConvLSTM1D;
export function convLSTM1D(given: ConvLSTM1DOptions): ConvLSTM1D<Tree<tf.Tensor>> {
  return new ConvLSTM1D(given);
}
